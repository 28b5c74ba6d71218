import { Command, CommanderError } from 'commander';
import { ConfigError } from '../app/config.ts';
import { DomainError } from '../domain/errors.ts';
import { adminCommand } from './admin.ts';
import { doctorCommand } from './doctor.ts';
import { documentCommands } from './documents.ts';
import { migrateCommand } from './migrate.ts';
import { outboxCommand } from './outbox.ts';
import { CommandError } from './print.ts';
import { seedCommand } from './seed.ts';
import { settingsCommand } from './settings.ts';
import { startCommand } from './start.ts';
import { workCommand } from './work.ts';

/** Finds the command, runs it, and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command('rookery')
    .description('A backend for photo-sharing and social apps.')
    .addHelpText('after', '\nSettings come from the environment; docs/configuration.md lists them.')
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  const commands = [
    startCommand(),
    workCommand(),
    outboxCommand(),
    migrateCommand(),
    seedCommand(),
    ...documentCommands(),
    adminCommand(),
    doctorCommand(),
    settingsCommand(),
  ];
  for (const command of commands) program.addCommand(passOn(command));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function passOn(command: Command): Command {
  command.exitOverride();
  for (const child of command.commands) passOn(child);
  return command;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  const isExpected =
    error instanceof ConfigError || error instanceof DomainError || error instanceof CommandError;
  const text = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`rookery: ${text}\n`);
  return 1;
}
