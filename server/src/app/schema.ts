import { openDatabase } from '../db/database.ts';
import {
  type MigrationReport,
  type MigrationState,
  migrateDown,
  migrateUp,
  migrationStates,
} from '../db/migrate.ts';
import type { Config } from './config.ts';
import { withUsableDatabase } from './setup-error.ts';

/** The schema of the configured database, for the commands that change it. */
export type Schema = {
  up(to?: string): Promise<MigrationReport>;
  down(): Promise<MigrationReport>;
  states(): Promise<MigrationState[]>;
};

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
