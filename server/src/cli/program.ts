import { Command, CommanderError } from 'commander';
import { ConfigError } from '../app/config.ts';
import { SetupError } from '../app/setup-error.ts';
import { programVersion } from '../app/version.ts';
import { BackupError } from '../backup/backup-error.ts';
import { DomainError } from '../domain/errors.ts';
import { CommandError, UsageError } from './errors.ts';

/** The commands in the order of the help, each in a file that is loaded when it is asked for. */
const families: ReadonlyArray<[names: readonly string[], load: () => Promise<Command[]>]> = [
  [['start'], async () => [(await import('./start.ts')).startCommand()]],
  [['work'], async () => [(await import('./work.ts')).workCommand()]],
  [['init'], async () => [(await import('./init.ts')).initCommand()]],
  [['demo'], async () => [(await import('./demo.ts')).demoCommand()]],
  [['outbox'], async () => [(await import('./outbox.ts')).outboxCommand()]],
  [['migrate'], async () => [(await import('./migrate.ts')).migrateCommand()]],
  [['db'], async () => [(await import('./db.ts')).dbCommand()]],
  [['seed'], async () => [(await import('./seed.ts')).seedCommand()]],
  [['shell'], async () => [(await import('./shell.ts')).shellCommand()]],
  [['routes', 'openapi'], async () => (await import('./documents.ts')).documentCommands()],
  [['accounts'], async () => [(await import('./accounts.ts')).accountsCommand()]],
  [['admin'], async () => [(await import('./admin.ts')).adminCommand()]],
  [['invites'], async () => [(await import('./invites.ts')).invitesCommand()]],
  [['import'], async () => [(await import('./import.ts')).importCommand()]],
  [['mails'], async () => [(await import('./mails.ts')).mailsCommand()]],
  [['media'], async () => [(await import('./media.ts')).mediaCommand()]],
  [['posts'], async () => [(await import('./posts.ts')).postsCommand()]],
  [['backup'], async () => [(await import('./backup.ts')).backupCommand()]],
  [['move'], async () => [(await import('./move.ts')).moveCommand()]],
  [['doctor'], async () => [(await import('./doctor.ts')).doctorCommand()]],
  [['settings'], async () => [(await import('./settings.ts')).settingsCommand()]],
  [['keys'], async () => [(await import('./keys.ts')).keysCommand()]],
];

/** The one that is asked for; all where the help shows them, or nothing is meant that exists. */
async function commandsFor([first = '']: readonly string[]): Promise<Command[]> {
  const asked = families.filter(([names]) => names.includes(first));
  const loaded = (asked.length > 0 ? asked : families).map(([, load]) => load());
  return (await Promise.all(loaded)).flat();
}

/** The program with the command that is asked for, or all of them. */
export async function newProgram(args: readonly string[] = []): Promise<Command> {
  const program = new Command('rookery')
    .description('A backend for photo-sharing and social apps.')
    .addHelpText('after', '\nSettings come from the environment; docs/configuration.md lists them.')
    .version(programVersion(), '--version', 'print the version')
    .showHelpAfterError('(see --help)')
    .exitOverride();
  const commands = await commandsFor(args);
  for (const command of commands) program.addCommand(passOn(command));
  return program;
}

/** Finds the command, runs it, and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  // What the program writes is for its owner alone: the database, uploads, secrets.
  process.umask(0o077);
  endQuietlyWhenUnread();
  try {
    const program = await newProgram(args);
    await program.parseAsync([...args], { from: 'user' });
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
