import { type Database, openDatabase } from '../db/database.ts';
import {
  type MigrationReport,
  type MigrationState,
  migrateDown,
  migrateUp,
  migrationStates,
  schemaProblems,
} from '../db/migrate.ts';
import type { Config } from './config.ts';
import { SetupError, withUsableDatabase } from './setup-error.ts';

/** The schema of the configured database, for the commands that change it. */
export type Schema = {
  up(to?: string): Promise<MigrationReport>;
  down(): Promise<MigrationReport>;
  states(): Promise<MigrationState[]>;
};

/**
 * Opens the database with the schema that this version needs; it is brought up to date where nobody else uses it.
 * @throws SetupError that says what to do
 */
export async function openCurrentDatabase(config: Config): Promise<Database> {
  const database = openDatabase(config.databaseUrl, config.databasePoolSize);
  try {
    const problems = await withUsableDatabase(async () => {
      if (database.isEmbedded) await migrateUp(database);
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
  const database = openDatabase(config.databaseUrl);
  try {
    const schema = {
      up: (to?: string) => migrateUp(database, to),
      down: () => migrateDown(database),
      states: () => migrationStates(database),
    };
    return await withUsableDatabase(() => work(schema));
  } finally {
    await database.close();
  }
}
