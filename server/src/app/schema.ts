import { type Database, openDatabase } from '../db/database.ts';
import {
  type MigrationReport,
  type MigrationState,
  migrateDown,
  migrateUp,
  migrationStates,
  schemaProblems,
} from '../db/migrate.ts';
import { type Config, ConfigError } from './config.ts';

/** The schema of the configured database, for the commands that change it. */
export type Schema = {
  up(to?: string): Promise<MigrationReport>;
  down(): Promise<MigrationReport>;
  states(): Promise<MigrationState[]>;
};

/**
 * Opens the database with the schema that this version needs; it is brought up to date where nobody else uses it.
 * @throws ConfigError that says which command to run
 */
export async function openCurrentDatabase(config: Config): Promise<Database> {
  const database = openDatabase(config.databaseUrl, config.databasePoolSize);
  try {
    if (database.isEmbedded) await migrateUp(database);
    const problems = await schemaProblems(database);
    if (problems.length > 0) throw new ConfigError(problems);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens the database as it is, without migrating it, and closes it after `work`. */
export async function withSchema<T>(
  config: Config,
  work: (schema: Schema) => Promise<T>,
): Promise<T> {
  const database = openDatabase(config.databaseUrl);
  try {
    return await work({
      up: (to) => migrateUp(database, to),
      down: () => migrateDown(database),
      states: () => migrationStates(database),
    });
  } finally {
    await database.close();
  }
}
