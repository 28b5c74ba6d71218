import { Command } from 'commander';
import { backUp, backupsAt, verifyAt } from '../app/backups.ts';
import { restoreFrom, rollBack } from '../app/restoring.ts';
import type { KeepRule } from '../backup/keep.ts';
import type { Manifest } from '../backup/manifest.ts';
import type { RestoreReport } from '../backup/restore.ts';
import {
  fromOption,
  keepRule,
  type Place,
  passphraseOf,
  passphraseOption,
  type Secret,
  warn,
  withProgress,
} from './backup-options.ts';
import { CommandError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { print, printResult, printRows } from './print.ts';
import { quiet } from './with-app.ts';

/** `rookery backup`: copies of everything, and the way back. */
export function backupCommand(): Command {
  const backup = new Command('backup')
    .description('make, list, verify and restore backups')
    .addHelpText(
      'after',
      '\nA place is a folder or s3://bucket/prefix. Default: BACKUP_TO. Servers may run meanwhile, except during a restore.',
    );
  addCreate(backup);
  addList(backup);
  addVerify(backup);
  addRestore(backup);
  addRollback(backup);
  return backup;
}

function addCreate(backup: Command): void {
  type Options = Secret & { keep?: KeepRule; keys: boolean } & Json;
  backup
    .command('create [place]')
    .description('back up the database, the pictures and the secret keys')
    .option('--keep <rule>', 'then delete older backups: 7d,4w,6m keeps some', keepRule)
    .addOption(passphraseOption())
    .option('--without-keys', 'leave the secret keys out')
    .addOption(jsonOption())
    .action(async (place: string | undefined, options: Options & { withoutKeys?: boolean }) => {
      const config = quiet();
      const { keep = null, withoutKeys = false, json } = options;
      const report = await withProgress((onProgress) =>
        backUp(config, {
          to: place ?? null,
          keep,
          passphrase: passphraseOf(config, options),
          hasKeys: !withoutKeys,
          onProgress,
          isCounting: true,
        }),
      );
      for (const warning of report.warnings) warn(warning);
      if (withoutKeys) warn(keysAreElsewhere);
      const deleted = report.pruned.map((id) => `deleted ${id}`);
      printResult(report, { json, lines: () => [...linesOf(report.manifest), ...deleted] });
    });
}

function addList(backup: Command): void {
  backup
    .command('list')
    .description('list the backups, oldest first')
    .addOption(fromOption())
    .addOption(jsonOption())
    .action(async ({ from, json }: Place & Json) => {
      const manifests = await backupsAt(quiet(), from ?? null, warn);
      printRows(manifests, { json, row: rowOf, none: 'There is no backup.' });
    });
}

function addVerify(backup: Command): void {
  backup
    .command('verify [id]')
    .description(
      'restore a backup into a scratch database, and read every picture (default: latest)',
    )
    .addOption(fromOption())
    .addOption(passphraseOption())
    .addOption(jsonOption())
    .action(async (id: string | undefined, options: Place & Secret & Json) => {
      const config = quiet();
      const passphrase = passphraseOf(config, options);
      const report = await withProgress((onProgress) =>
        verifyAt(config, options.from ?? null, { id, passphrase, onProgress }),
      );
      const { rows, objects, keys, problems } = report;
      printResult(report, {
        json: options.json,
        lines: () => [
          `${report.id}: ${rows} rows, ${objects} files, keys ${keys}`,
          ...problems.map((problem) => `✗ ${problem}`),
        ],
      });
      if (problems.length > 0) throw new CommandError(`${report.id} is damaged`);
      if (!options.json) print('✓ It can be restored.');
    });
}

function addRestore(backup: Command): void {
  type Flags = { withoutKeys?: boolean; replace?: boolean; partial?: boolean; force?: boolean };
  backup
    .command('restore [id]')
    .description('bring a backup back into the configured database and store (default: latest)')
    .addOption(fromOption())
    .addOption(passphraseOption())
    .option('--without-keys', 'do not bring the secret keys back')
    .option('--replace', 'replace a server database that has rows, after a backup of it')
    .option('--partial', 'go on although pictures of the backup are damaged')
    .option('--force', 'go on although others are connected to the database')
    .addOption(jsonOption())
    .action(async (id: string | undefined, options: Place & Secret & Flags & Json) => {
      const config = quiet();
      const { from = null, withoutKeys, replace, partial, force, json } = options;
      const report = await withProgress((onProgress) =>
        restoreFrom(config, {
          from,
          id,
          passphrase: withoutKeys ? null : passphraseOf(config, options),
          hasKeys: !withoutKeys,
          isReplacing: replace === true,
          isPartial: partial === true,
          isForced: force === true,
          onProgress,
        }),
      );
      if (report.keyAdvice) warn(report.keyAdvice);
      for (const problem of report.objects.problems) warn(problem);
      const shown = { ...report, keys: report.keys !== null };
      printResult(shown, { json, lines: () => restoredLines(report) });
    });
}

function addRollback(backup: Command): void {
  backup
    .command('rollback')
    .description('take the last restore of an embedded database back')
    .addOption(jsonOption())
    .action(async ({ json }: Json) => {
      const report = await rollBack(quiet());
      const { restored, former } = report;
      const replaced = former === null ? [] : [`The one that it replaced is in ${former}.`];
      const line = `The state before the restore is back, from ${restored}.`;
      printResult(report, { json, lines: () => [line, ...replaced] });
    });
}

function restoredLines({ manifest, objects, keys, former }: RestoreReport): string[] {
  const back =
    former === null
      ? []
      : 'folder' in former
        ? [
            `The state before is in ${former.folder}: delete it when all is well, or go back with ./rookery backup rollback`,
          ]
        : [`To go back: ./rookery backup restore ${former.id} --replace`];
  return [
    `restored ${manifest.id} of ${manifest.takenAt}: ${objects.written} files written, ${objects.present} there already, keys ${keys ? 'restored' : 'not restored'}`,
    ...back,
  ];
}

const keysAreElsewhere =
  'The secret keys are not in this backup. Keep them elsewhere: without SECRET_KEY (DATA_DIR/secret-key) everybody has to sign in again, and authenticator apps no longer work.';

/** The lines that say what is in a backup. */
function linesOf({ id, tables, objects, keys }: Manifest): string[] {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const { count, bytes, copied, copiedBytes, deletedMeanwhile } = objects;
  const meanwhile =
    deletedMeanwhile > 0 ? [`${deletedMeanwhile} files were deleted while the backup ran`] : [];
  return [
    `${id}: ${rows} rows, ${count} files (${megabytes(bytes)}), keys ${keys ? 'encrypted' : 'left out'}`,
    `${copied} files copied (${megabytes(copiedBytes)}); the others were there already`,
    ...meanwhile,
  ];
}

function rowOf({ id, takenAt, program, engine, steps, tables, objects, keys }: Manifest) {
  return {
    id,
    takenAt,
    program,
    engine,
    schema: steps.at(-1)?.slice(0, 4) ?? '',
    rows: String(tables.reduce((sum, table) => sum + table.rows, 0)),
    files: String(objects.count),
    size: megabytes(objects.bytes),
    keys: keys ? 'encrypted' : 'left out',
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
