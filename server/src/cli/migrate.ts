import { relative } from 'node:path';
import { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { newMigration } from '../app/new-migration.ts';
import {
  migrationNamed,
  migrationNames,
  type Schema,
  sqlOfMigration,
  withSchema,
} from '../app/schema.ts';
import { CommandError } from './errors.ts';
import { jsonOption } from './options.ts';
import { print, printRows } from './print.ts';
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
    .action(async (to?: string) => {
      const { applied } = await withSchema(readConfig(), (schema) => upWithProgress(schema, to));
      for (const name of applied) print(`applied ${name}`);
      if (applied.length === 0) print('Nothing to do: the schema is up to date.');
    });
  migrate
    .command('down [to]')
    .description('revert the latest migration, or all after one (none: all), with their data')
    .action(async (to?: string) => {
      const { reverted } = await withSchema(readConfig(), (schema) => schema.down(nameIfAny(to)));
      for (const name of reverted) print(`reverted ${name}`);
      if (reverted.length === 0) print('Nothing to do: no such migration is applied.');
    });
  migrate
    .command('stamp <name>')
    .description('record the migrations up to one as applied, without running them')
    .action(async (text: string) => {
      const marked = await withSchema(readConfig(), (schema) => schema.stamp(nameOf(text)));
      for (const name of marked) print(`recorded ${name}`);
      if (marked.length === 0) print('Nothing to do: they were recorded before.');
    });
  migrate
    .command('new <subject>')
    .description('create an empty migration in a source checkout: new post-places')
    .action((subject: string) => {
      try {
        print(`wrote ${relative(process.cwd(), newMigration(subject))}`);
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
    .action(async ({ json }: { json?: boolean }) => {
      const states = await withSchema(readConfig(), (schema) => schema.states());
      const rows = states.map(({ name, appliedAt }) => ({ name, applied: appliedAt ?? 'not yet' }));
      printRows(rows, { json });
    });
  migrate
    .command('history')
    .description('show the applied migrations and when they were applied, in order')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const history = await withSchema(readConfig(), (schema) => schema.history());
      const rows = history.map(({ name, appliedAt }) => ({ applied: appliedAt, name }));
      if (rows.length === 0 && !json) print('No migration is applied yet.');
      else printRows(rows, { json });
    });
  migrate
    .command('show <name>')
    .description('print the SQL of a migration for the configured engine, without running it')
    .option('--down', 'the SQL that reverts it')
    .action(async (text: string, { down }: { down?: boolean }) => {
      const direction = down ? 'down' : 'up';
      for (const line of await sqlOfMigration(readConfig(), nameOf(text), direction)) print(line);
    });
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
  throw new CommandError(`${text} is not a migration. There are: ${migrationNames().join(', ')}`);
}
