import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../app/config.ts';
import { SchemaError } from '../app/schema.ts';
import { DomainError } from '../domain/errors.ts';
import { adminCommand } from './admin.ts';
import { dbCommand } from './db.ts';
import { doctorCommand } from './doctor.ts';
import { documentCommands } from './documents.ts';
import { migrateCommand } from './migrate.ts';
import { CommandError } from './print.ts';
import { seedCommand } from './seed.ts';
import { settingsCommand } from './settings.ts';
import { startCommand } from './start.ts';

/** Finds the command, runs it, and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command('rookery')
    .description('A backend for photo-sharing and social apps.')
    .addHelpText('after', '\nSettings come from the environment; docs/configuration.md lists them.')
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  const commands = [
    startCommand(),
    migrateCommand(),
    dbCommand(),
    seedCommand(),
    ...documentCommands(),
    adminCommand(),
    doctorCommand(),
    settingsCommand(),
  ];
  for (const command of commands) program.addCommand(passOn(command));
  process.stdout.on('error', forgiveClosedPipe);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** `rookery routes | head` closes the pipe when it has seen enough. */
function forgiveClosedPipe(error: Error & { code?: string }): void {
  if (error.code !== 'EPIPE') throw error;
}

function passOn(command: Command): Command {
  command.exitOverride();
  for (const child of command.commands) passOn(child);
  return command;
}

/** Errors whose message is all that a person needs. */
const expected = [ConfigError, DomainError, CommandError, SchemaError];

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  const isExpected = expected.some((kind) => error instanceof kind);
  const text = isExpected && error instanceof Error ? error.message : inspect(error);
  process.stderr.write(`rookery: ${text}\n`);
  return 1;
}
