import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { moveTo, reopen, settingsAfterMove } from '../app/moving.ts';
import type { MoveReport } from '../backup/move.ts';
import { warn, withProgress } from './backup-options.ts';
import { CommandError, UsageError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';
import { quiet } from './with-app.ts';

type Flags = Json & {
  to?: string;
  toFile?: string;
  blobs?: string;
  copy?: boolean;
  force?: boolean;
  reopen?: boolean;
};

/** `rookery move`: another database, another store for the pictures. */
export function moveCommand(): Command {
  return new Command('move')
    .description('move everything to another database or another store of pictures')
    .option('--to <url>', 'the new, empty database, in the form of DATABASE_URL')
    .option('--to-file <file>', 'a file with that address, so that its password shows nowhere')
    .option('--blobs <place>', 'where pictures go: the new DATA_DIR, or s3://bucket')
    .option('--copy', 'leave the old database open; for a copy to try things with')
    .option('--force', 'go on although others are connected to a database')
    .option('--reopen', 'let servers use the configured database again after a move away from it')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nStop all servers and workers first. Rows and pictures are compared on both sides; the old ones stay where they are.\nThe store of s3://bucket is that of BACKUP_S3_ENDPOINT. A move that was broken off is repeated by the same command.',
    )
    .action(async (flags: Flags) => {
      const config = quiet();
      if (flags.reopen) {
        const isOpened = await reopen(config);
        const line = isOpened ? 'Servers may use the database again.' : 'It is not closed.';
        return printResult({ isOpened }, { json: flags.json, lines: () => line });
      }
      const [to, blobs] = [addressOf(flags), flags.blobs ?? null];
      if (to === null && blobs === null) throw new UsageError('say where: --to or --blobs');
      const report = await withProgress((onProgress) => {
        const options = { to, blobs, isCopy: flags.copy === true, isForced: flags.force === true };
        return moveTo(config, { ...options, onProgress });
      });
      for (const key of report.objects?.missing ?? []) warn(`${key} is missing in the old store.`);
      const next = () => settingsAfterMove(config, { to, blobs }).map((line) => `  ${line}`);
      printResult(report, {
        json: flags.json,
        lines: () => [...linesOf(report), 'Now set, before you start the servers:', ...next()],
      });
    });
}

function addressOf({ to, toFile }: Flags): string | null {
  if (toFile === undefined) return to ?? null;
  try {
    return readFileSync(toFile, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`--to-file cannot be read: ${reason}`);
  }
}

function linesOf({ tables, objects }: MoveReport): string[] {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    ...(tables.length === 0
      ? []
      : [`${rows} rows of ${tables.length} tables moved; both sides have the same checksums`]),
    ...(objects === null
      ? []
      : [`${objects.written} files copied, ${objects.present} there already`]),
  ];
}
