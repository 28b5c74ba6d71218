import { relative } from 'node:path';
import { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { isSubject, newMigration } from '../app/new-migration.ts';
import {
  migrationNamed,
  migrationNames,
  type Schema,
  sqlOfMigration,
  withSchema,
} from '../app/schema.ts';
import { CommandError, UsageError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult, printRows } from './print.ts';
import { progressBars } from './progress.ts';

export function migrateCommand(): Command {
  const migrate = new Command('migrate')
    .description('change or show the database schema')
    .addHelpText('after', '\nName a migration in full or by its beginning: 0001.');
  addChanges(migrate);
  addViews(migrate);
  return migrate;
}

function addChanges(migrate: Command): void {
  migrate
    .command('up [to]')
    .description('apply all pending migrations, or those up to one')
    .addOption(jsonOption())
    .action(async (to: string | undefined, { json }: Json) => {
      const { applied } = await withSchema(readConfig(), (schema) => upWithProgress(schema, to));
      const none = 'Nothing to do: the schema is up to date.';
      printResult({ applied }, { json, lines: () => linesOf('applied', applied, none) });
    });
  migrate
    .command('down [to]')
    .description('revert the latest migration, or all after one (none: all), with their data')
    .addOption(jsonOption())
    .action(async (to: string | undefined, { json }: Json) => {
      const { reverted } = await withSchema(readConfig(), (schema) => schema.down(nameIfAny(to)));
      const none = 'Nothing to do: no such migration is applied.';
      printResult({ reverted }, { json, lines: () => linesOf('reverted', reverted, none) });
    });
  migrate
    .command('stamp <name>')
    .description('record the migrations up to one as applied, without running them')
    .addOption(jsonOption())
    .action(async (text: string, { json }: Json) => {
      const marked = await withSchema(readConfig(), (schema) => schema.stamp(nameOf(text)));
      const none = 'Nothing to do: they were recorded before.';
      printResult({ recorded: marked }, { json, lines: () => linesOf('recorded', marked, none) });
    });
  migrate
    .command('new <subject>')
    .description('create an empty migration in a source checkout: new post-places')
    .addOption(jsonOption())
    .action((subject: string, { json }: Json) => {
      if (!isSubject(subject)) {
        throw new UsageError(
          `${subject} is no subject. Use small letters and hyphens: post-places.`,
        );
      }
      try {
        const file = relative(process.cwd(), newMigration(subject));
        printResult({ file }, { json, lines: () => `wrote ${file}` });
      } catch (error) {
        throw new CommandError(error instanceof Error ? error.message : String(error));
      }
    });
}

function addViews(migrate: Command): void {
  migrate
    .command('status')
    .description('show every migration and when it was applied')
    .addOption(jsonOption())
    .action(async ({ json }: Json) => {
      const states = await withSchema(readConfig(), (schema) => schema.states());
      const rows = states.map(({ name, appliedAt }) => ({ name, applied: appliedAt ?? 'not yet' }));
      printRows(rows, { json, row: (each) => each, none: '' });
    });
  migrate
    .command('history')
    .description('show the applied migrations and when they were applied, in order')
    .addOption(jsonOption())
    .action(async ({ json }: Json) => {
      const history = await withSchema(readConfig(), (schema) => schema.history());
      const rows = history.map(({ name, appliedAt }) => ({ applied: appliedAt, name }));
      printRows(rows, { json, row: (each) => each, none: 'No migration is applied yet.' });
    });
  migrate
    .command('show <name>')
    .description('print the SQL of a migration for the configured engine, without running it')
    .option('--down', 'the SQL that reverts it')
    .addOption(jsonOption())
    .action(async (text: string, { down, json }: Json & { down?: boolean }) => {
      const direction = down ? 'down' : 'up';
      const name = nameOf(text);
      const sql = await sqlOfMigration(readConfig(), name, direction);
      printResult({ name, direction, sql }, { json, lines: () => sql });
    });
}

function linesOf(done: string, names: readonly string[], none: string): string[] {
  return names.length === 0 ? [none] : names.map((name) => `${done} ${name}`);
}

async function upWithProgress(schema: Schema, to?: string) {
  const progress = progressBars();
  try {
    return await schema.up(nameIfAny(to), { onProgress: progress.report });
  } finally {
    progress.stop();
  }
}

function nameIfAny(text: string | undefined): string | undefined {
  return text === undefined ? undefined : nameOf(text);
}

function nameOf(text: string): string {
  const name = migrationNamed(text);
  if (name !== null) return name;
  throw new UsageError(`${text} is not a migration. There are: ${migrationNames().join(', ')}`);
}
