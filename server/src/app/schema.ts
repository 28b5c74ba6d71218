import { openDatabase } from '../db/database.ts';
import {
  type MigrationReport,
  type MigrationState,
  migrateDown,
  migrateUp,
  migrationStates,
} from '../db/migrate.ts';
import type { Config } from './config.ts';

/** The schema of the configured database, for the commands that change it. */
export type Schema = {
  up(to?: string): Promise<MigrationReport>;
  down(): Promise<MigrationReport>;
  states(): Promise<MigrationState[]>;
};

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
