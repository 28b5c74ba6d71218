import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import type { ImportReport } from '../domain/imports/account-import.ts';
import { CommandError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';
import { progressBars } from './progress.ts';
import { quiet, withApp } from './with-app.ts';

type Options = Json & { dryRun?: boolean };

const help = `
One JSON object per line. At least one of the first three fields is required; all others are optional:
  username, email, loginName, emailVerified, displayName, bio, passwordHash, role, createdAt, phone, phoneVerified
Lines with errors are skipped and listed. Correct them and run the command again: existing accounts are skipped.

  ./rookery import accounts people.jsonl --dry-run`;

export function importCommand(): Command {
  const parent = new Command('import').description('import data from other systems');
  parent
    .command('accounts <file>')
    .description('import accounts with their password hashes from a JSON Lines file')
    .option('--dry-run', 'only report what would be imported')
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(async (file: string, { dryRun = false, json }: Options) => {
      const report = await importAccounts(file, dryRun);
      printResult(report, { json, lines: () => linesOf(report, dryRun) });
      const count = report.faults.length;
      if (count === 0) return;
      throw new CommandError(
        `${count} ${count === 1 ? 'line was' : 'lines were'} skipped. Correct the file and run this again: existing accounts are skipped.`,
      );
    });
  return parent;
}

async function importAccounts(file: string, isDryRun: boolean): Promise<ImportReport> {
  const total = await countLines(file);
  const progress = progressBars();
  const onProgress = (done: number) => {
    if (total > 0) progress.report('importing', done, total);
  };
  try {
    return await withApp(quiet(), (app) =>
      app.importAccounts(linesIn(file), { isDryRun, onProgress }),
    );
  } finally {
    progress.stop();
  }
}

/** As the lines of the import are counted: the last one may lack its end. */
async function countLines(file: string): Promise<number> {
  let count = 0;
  try {
    for await (const _ of linesIn(file)) count += 1;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} cannot be read: ${reason}.`);
  }
  return count;
}

async function* linesIn(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, 'utf8');
  // Without this an error of the stream would be nobody's: the lines just end.
  const failed = new Promise<never>((_, reject) => void input.once('error', reject));
  failed.catch(() => {});
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  yield* lines;
  if (input.errored) await failed;
}

function linesOf({ imported, skipped, faults }: ImportReport, isDryRun: boolean): string[] {
  return [
    ...faults.map(({ line, message }) => `line ${line}: ${message}`),
    `${imported} ${isDryRun ? 'would be imported' : 'imported'}, ${skipped} existing, ${faults.length} with errors`,
  ];
}
