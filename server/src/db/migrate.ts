import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import { DatabaseError } from './errors.ts';
import { migrations } from './migrations/index.ts';

export type MigrationState = { name: string; appliedAt: string | null };

export type MigrationReport = { applied: string[]; reverted: string[] };

/**
 * Applies every step that is missing, or those up to and including `to`. Two migrators at once are harmless.
 * @throws DatabaseError when the database cannot be used, or a step fails
 */
export function migrateUp(database: Database, to?: string): Promise<MigrationReport> {
  return run(database, (m) => (to === undefined ? m.migrateToLatest() : m.migrateTo(to)));
}

/** Reverts the latest step. */
export function migrateDown(database: Database): Promise<MigrationReport> {
  return run(database, (m) => m.migrateDown());
}

/** What keeps this program from using the database as it is, each with what to do; empty when nothing does. */
export async function schemaProblems(database: Database): Promise<string[]> {
  const states = await migrationStates(database);
  const missing = states.filter((state) => state.appliedAt === null).map((state) => state.name);
  if (missing.length > 0) {
    return [`The database lacks ${missing.join(', ')}. Run: ./rookery migrate up`];
  }
  const known = new Set(states.map((state) => state.name));
  const { rows } = await sql<{ name: string }>`select name from migrations`.execute(
    database.kysely,
  );
  return rows
    .filter(({ name }) => !known.has(name))
    .map(
      ({ name }) =>
        `The database has ${name}, which this version does not know. Start a newer version.`,
    );
}

/** Every step that this program knows, with the time at which the database took it. */
export async function migrationStates(database: Database): Promise<MigrationState[]> {
  const rows = await migrator(database).getMigrations();
  return rows.map((row) => ({
    name: row.name,
    appliedAt: row.executedAt ? row.executedAt.toISOString() : null,
  }));
}

async function run(
  database: Database,
  step: (migrator: Migrator) => ReturnType<Migrator['migrateToLatest']>,
): Promise<MigrationReport> {
  const { error, results = [] } = await step(migrator(database));
  if (error) {
    const failed = results.find((r) => r.status === 'Error')?.migrationName ?? 'the schema';
    if (error instanceof DatabaseError) throw error;
    const reason = error instanceof Error ? error.message : 'for a reason unknown';
    const [, newer] = /previously executed migration (\S+) is missing/.exec(reason) ?? [];
    if (newer) {
      const message = `The database has ${newer}, which a newer Rookery made. Start that version.`;
      throw new DatabaseError(message, error);
    }
    throw new DatabaseError(`The migration of ${failed} failed: ${reason}`, error);
  }
  const done = results.filter((r) => r.status === 'Success');
  return {
    applied: done.filter((r) => r.direction === 'Up').map((r) => r.migrationName),
    reverted: done.filter((r) => r.direction === 'Down').map((r) => r.migrationName),
  };
}

function migrator(database: Database): Migrator {
  return new Migrator({
    db: database.kysely,
    provider: {
      getMigrations: () => Promise.resolve(Object.fromEntries(migrations.map((m) => [m.name, m]))),
    },
    migrationTableName: 'migrations',
    migrationLockTableName: 'migrations_lock',
  });
}
