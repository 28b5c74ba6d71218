import { Command, CommanderError } from 'commander';
import { ConfigError } from '../app/config.ts';
import { SetupError } from '../app/setup-error.ts';
import { programVersion } from '../app/version.ts';
import { BackupError } from '../backup/backup-error.ts';
import { DomainError } from '../domain/errors.ts';
import { accountsCommand } from './accounts.ts';
import { adminCommand } from './admin.ts';
import { backupCommand } from './backup.ts';
import { dbCommand } from './db.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { documentCommands } from './documents.ts';
import { CommandError, UsageError } from './errors.ts';
import { importCommand } from './import.ts';
import { initCommand } from './init.ts';
import { invitesCommand } from './invites.ts';
import { keysCommand } from './keys.ts';
import { mailsCommand } from './mails.ts';
import { mediaCommand } from './media.ts';
import { migrateCommand } from './migrate.ts';
import { moveCommand } from './move.ts';
import { outboxCommand } from './outbox.ts';
import { postsCommand } from './posts.ts';
import { seedCommand } from './seed.ts';
import { settingsCommand } from './settings.ts';
import { shellCommand } from './shell.ts';
import { startCommand } from './start.ts';
import { workCommand } from './work.ts';

/** The program with all of its commands. */
export function newProgram(): Command {
  const program = new Command('rookery')
    .description('A backend for photo-sharing and social apps.')
    .addHelpText('after', '\nSettings come from the environment; docs/configuration.md lists them.')
    .version(programVersion(), '--version', 'print the version')
    .showHelpAfterError('(see --help)')
    .exitOverride();
  const commands = [
    startCommand(),
    workCommand(),
    initCommand(),
    demoCommand(),
    outboxCommand(),
    migrateCommand(),
    dbCommand(),
    seedCommand(),
    shellCommand(),
    ...documentCommands(),
    accountsCommand(),
    adminCommand(),
    invitesCommand(),
    importCommand(),
    mailsCommand(),
    mediaCommand(),
    postsCommand(),
    backupCommand(),
    moveCommand(),
    doctorCommand(),
    settingsCommand(),
    keysCommand(),
  ];
  for (const command of commands) program.addCommand(passOn(command));
  return program;
}

/** Finds the command, runs it, and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  // What the program writes is for its owner alone: the database, uploads, secrets.
  process.umask(0o077);
  endQuietlyWhenUnread();
  try {
    await newProgram().parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** `rookery openapi | head` closes our output early; that is no fault. */
function endQuietlyWhenUnread(): void {
  if (process.stdout.listenerCount('error') > 0) return;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

function passOn(command: Command): Command {
  command.exitOverride();
  for (const child of command.commands) passOn(child);
  return command;
}

/** Of a command line that cannot be meant, as shells and most tools have it. */
const usageExitCode = 2;

/** Errors whose message says all that a person needs; others show where they come from. */
const expectedErrors = [ConfigError, SetupError, DomainError, CommandError, BackupError];

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
  const isExpected = expectedErrors.some((kind) => error instanceof kind);
  const text = !(error instanceof Error) ? String(error) : isExpected ? error.message : error.stack;
  process.stderr.write(`rookery: ${text}\n`);
  return error instanceof UsageError ? usageExitCode : 1;
}
