import { type Database, openDatabase } from '../db/database.ts';
import { migrationSql } from '../db/dry-run.ts';
import {
  type MigrationOptions,
  type MigrationReport,
  type MigrationState,
  migrateDown,
  migrateUp,
  migrationHistory,
  migrationStates,
  noMigration,
  schemaProblems,
  stampMigrations,
} from '../db/migrate.ts';
import { migrations } from '../db/migrations/index.ts';
import { dropTables, listTables } from '../db/reset.ts';
import type { Config } from './config.ts';
import { parsedUrl } from './settings/setting-urls.ts';
import { SetupError, withUsableDatabase } from './setup-error.ts';

/** The schema of the configured database, for the commands that change it. */
export type Schema = {
  up(to?: string, options?: MigrationOptions): Promise<MigrationReport>;
  down(to?: string): Promise<MigrationReport>;
  stamp(to: string): Promise<string[]>;
  states(): Promise<MigrationState[]>;
  history(): ReturnType<typeof migrationHistory>;
  /** All tables of the database, Rookery's or not. */
  tables(): Promise<string[]>;
  /** Drops all tables and creates Rookery's again. */
  reset(): Promise<MigrationReport>;
};

/**
 * Opens the database with the schema that this version needs; it is brought up to date where nobody else uses it.
 * @param say told how far a long migration is
 * @throws SetupError that says what to do
 */
export async function openCurrentDatabase(
  config: Config,
  say: (line: string) => void = () => {},
): Promise<Database> {
  const database = openDatabase(config.databaseUrl, config.databasePoolSize);
  try {
    const problems = await withUsableDatabase(databasePlace(config), async () => {
      if (database.isEmbedded) await migrateUp(database, undefined, progressIn(say));
      return schemaProblems(database);
    });
    if (problems.length > 0) throw new SetupError(problems.join('\n'));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens the database as it is, without migrating it, and closes it after `work`.
 * @throws SetupError when the database cannot be used
 */
export async function withSchema<T>(
  config: Config,
  work: (schema: Schema) => Promise<T>,
): Promise<T> {
  const database = openDatabase(config.databaseUrl, 2, { isPatient: true });
  try {
    const schema: Schema = {
      up: (to, options) => migrateUp(database, to, options),
      down: (to) => migrateDown(database, to),
      stamp: (to) => stampMigrations(database, to),
      states: () => migrationStates(database),
      history: () => migrationHistory(database),
      tables: () => listTables(database),
      async reset() {
        await dropTables(database);
        return migrateUp(database);
      },
    };
    return await withUsableDatabase(databasePlace(config), () => work(schema));
  } finally {
    await database.close();
  }
}

/** A line for each tenth of a backfill. */
function progressIn(say: (line: string) => void): MigrationOptions {
  let last = '';
  return {
    onProgress(step, done, total) {
      const line = `${step}: ${Math.floor((done / total) * 10) * 10} % of ${total} rows filled`;
      if (line !== last) say(line);
      last = line;
    },
  };
}

/** The SQL of a step on the configured engine; the database is not asked. */
export function sqlOfMigration(
  config: Config,
  name: string,
  direction: 'up' | 'down',
): Promise<string[]> {
  return migrationSql(config.databaseUrl, name, direction);
}

/** The name of a step, or `none`, from what a person typed: the name, or how it begins. Null when none or several fit. */
export function migrationNamed(text: string): string | null {
  const names = [noMigration, ...migrations.map(({ name }) => name)];
  if (names.includes(text)) return text;
  const fitting = names.filter((name) => name.startsWith(text));
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** The names of all steps, oldest first. */
export function migrationNames(): string[] {
  return migrations.map(({ name }) => name);
}

/** Where the database is, without its password. */
export function databasePlace({ databaseUrl }: Pick<Config, 'databaseUrl'>): string {
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl;
  const { protocol, host, pathname } = parsedUrl(databaseUrl) ?? new URL('server://unknown');
  return `${protocol}//${host}${pathname}`;
}
