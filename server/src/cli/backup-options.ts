import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { Config } from '../app/config.ts';
import { BackupError } from '../backup/backup-error.ts';
import { type KeepRule, keepRuleOf } from '../backup/keep.ts';
import { CommandError } from './errors.ts';
import { progressBars } from './progress.ts';

export type Place = { from?: string };

export type Secret = { passphraseFile?: string };

/** Says on standard error what somebody had better look at. */
export function warn(text: string): void {
  process.stderr.write(`warning: ${text}\n`);
}

/** Runs `work`, and shows how far its steps are. */
export async function withProgress<T>(
  work: (report: (step: string, done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = progressBars();
  try {
    return await work((step, done, total) => {
      if (total > 0) progress.report(step, done, total);
    });
  } finally {
    progress.stop();
  }
}

/** Where backups are read from. */
export function fromOption(): Option {
  return new Option('--from <place>', 'where the backups are');
}

/** Where the passphrase of the keys is. */
export function passphraseOption(): Option {
  return new Option(
    '--passphrase-file <file>',
    'the file with the passphrase of the keys, in place of BACKUP_PASSPHRASE',
  );
}

/** The passphrase of the command, else of the settings; null when there is none. */
export function passphraseOf({ backup }: Config, { passphraseFile }: Secret): string | null {
  if (passphraseFile === undefined) return backup.passphrase;
  let text: string;
  try {
    text = readFileSync(passphraseFile, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`--passphrase-file cannot be read: ${reason}`);
  }
  if (text !== '') return text;
  throw new CommandError(`${passphraseFile} is empty.`);
}

/** Reads the rule of `--keep`. */
export function keepRule(text: string): KeepRule {
  try {
    return keepRuleOf(text);
  } catch (error) {
    if (error instanceof BackupError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
