import { openDatabase } from '../db/database.ts';
import { isOutage } from '../db/dialects.ts';
import { migrationSql } from '../db/dry-run.ts';
import {
  type MigrationReport,
  type MigrationState,
  migrateDown,
  migrateUp,
  migrationHistory,
  migrationStates,
  noMigration,
  SchemaError,
  stampMigrations,
} from '../db/migrate.ts';
import { migrations } from '../db/migrations/index.ts';
import { dropTables, listTables } from '../db/reset.ts';
import type { Config } from './config.ts';

export { SchemaError };

/** The schema of the configured database, for the commands that change it. */
export type Schema = {
  up(to?: string): Promise<MigrationReport>;
  down(to?: string): Promise<MigrationReport>;
  stamp(to: string): Promise<string[]>;
  states(): Promise<MigrationState[]>;
  history(): ReturnType<typeof migrationHistory>;
  /** All tables that are there, whoever made them. */
  tables(): Promise<string[]>;
  /** Drops all tables and makes ours anew. */
  reset(): Promise<MigrationReport>;
};

/** Opens the database as it is, without migrating it, and closes it after `work`. */
export async function withSchema<T>(
  config: Config,
  work: (schema: Schema) => Promise<T>,
): Promise<T> {
  const database = openDatabase(config.databaseUrl, 2, { isPatient: true });
  try {
    return await work({
      up: (to) => migrateUp(database, to),
      down: (to) => migrateDown(database, to),
      stamp: (to) => stampMigrations(database, to),
      states: () => migrationStates(database),
      history: () => migrationHistory(database),
      tables: () => listTables(database),
      async reset() {
        await dropTables(database);
        return migrateUp(database);
      },
    });
  } catch (error) {
    if (!isOutage(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const text = `${databasePlace(config)} does not answer: ${reason}. Check DATABASE_URL.`;
    throw new SchemaError(text, { cause: error });
  } finally {
    await database.close();
  }
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
  const { protocol, host, pathname } = new URL(databaseUrl);
  return `${protocol}//${host}${pathname}`;
}
