import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import { isMissingTable } from './dialects.ts';
import { DatabaseError } from './errors.ts';
import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { isRetryable } from './outages.ts';

export type MigrationState = { name: string; appliedAt: string | null };

export type MigrationReport = { applied: string[]; reverted: string[] };

/** Which steps a database has taken; in the form that Kysely's own migrator writes. */
type Book = { migrations: { name: string; timestamp: string } };

/** Where `down` ends that reverts every step. */
export const noMigration = 'none';

/**
 * Applies every step that is missing, or those up to and including `to`; never reverts one. Of several migrators at
 * once, one works and the others find the work done.
 */
export function migrateUp(database: Database, to?: string): Promise<MigrationReport> {
  return change(database, async (db, applied) => {
    const last = to === undefined ? migrations.length : positionOf(to) + 1;
    const missing = migrations.slice(applied.length, last);
    for (const step of missing) {
      await run(database, step, () => step.up(db));
      await note(db, step);
    }
    return { applied: missing.map(({ name }) => name), reverted: [] };
  });
}

/** Reverts the latest step, or all after `to`, with the data that they hold. `to` itself stays. */
export function migrateDown(database: Database, to?: string): Promise<MigrationReport> {
  return change(database, async (db, applied) => {
    const kept = to === undefined ? applied.length - 1 : positionOf(to) + 1;
    const surplus = migrations.slice(Math.max(0, kept), applied.length).reverse();
    for (const step of surplus) {
      await run(database, step, () => step.down(db));
      await bookOf(db).deleteFrom('migrations').where('name', '=', step.name).execute();
    }
    return { applied: [], reverted: surplus.map(({ name }) => name) };
  });
}

/** Notes the steps up to and including `to` as applied, without running them. Returns those that were not before. */
export async function stampMigrations(database: Database, to: string): Promise<string[]> {
  const { applied } = await change(database, async (db, known) => {
    const missing = migrations.slice(known.length, positionOf(to) + 1);
    for (const step of missing) await note(db, step);
    return { applied: missing.map(({ name }) => name), reverted: [] };
  });
  return applied;
}

/** What keeps this program from using the database as it is, each with what to do; empty when nothing does. */
export async function schemaProblems(database: Database): Promise<string[]> {
  const applied = (await migrationHistory(database)).map(({ name }) => name);
  const missing = migrations.map(({ name }) => name).filter((name) => !applied.includes(name));
  if (missing.length > 0) {
    return [`The database lacks ${missing.join(', ')}. Run: ./rookery migrate up`];
  }
  return unknownOf(applied).map(newerVersionHas);
}

/** Every step that this program knows, with the time at which the database took it. */
export async function migrationStates(database: Database): Promise<MigrationState[]> {
  const history = await migrationHistory(database);
  const times = new Map(history.map(({ name, appliedAt }) => [name, appliedAt]));
  return migrations.map(({ name }) => ({ name, appliedAt: times.get(name) ?? null }));
}

/** Every step that the database took, first to last; also those that this program does not know. */
export async function migrationHistory(
  database: Database,
): Promise<Array<{ name: string; appliedAt: string }>> {
  const rows = await readBook(bookOf(database.kysely)).catch((error: unknown) => {
    if (isMissingTable(error)) return [];
    throw error;
  });
  return rows.map(({ name, timestamp }) => ({ name, appliedAt: timestamp }));
}

/** For how long one that finds an embedded database busy tries again. */
const waitForMs = 60_000;

/** Runs `work` while nobody else changes the schema, in one transaction where the engine can take schemas back. */
async function change(
  database: Database,
  work: (db: Kysely<unknown>, applied: readonly string[]) => Promise<MigrationReport>,
): Promise<MigrationReport> {
  const deadline = Date.now() + waitForMs;
  for (;;) {
    try {
      return await exclusively(database, async (db) => {
        await createBook(db);
        return work(db, inOrder((await readBook(bookOf(db))).map(({ name }) => name)));
      });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      if (Date.now() > deadline || !isRetryable(cause)) throw error;
      await sleep(Math.random() * 200);
    }
  }
}

function exclusively<T>(database: Database, work: (db: Kysely<unknown>) => Promise<T>): Promise<T> {
  const { adapter } = database.kysely.getExecutor();
  const lock = { lockTable: 'migrations', lockRowId: 'migrations' };
  const kysely = database.kysely as unknown as Kysely<unknown>;
  if (database.engine === 'postgres') return exclusivelyInOne(kysely, work);
  return kysely.connection().execute(async (connection) => {
    await adapter.acquireMigrationLock(connection, lock);
    try {
      if (!adapter.supportsTransactionalDdl) return await work(connection);
      return await connection.transaction().execute(work);
    } finally {
      await adapter.releaseMigrationLock(connection, lock);
    }
  });
}

/** The number that Kysely takes, and so earlier versions of this program do. */
const migrationLock = sql.raw('3853314791062309107');

/**
 * The lock ends with the transaction: behind a pooler (PgBouncer) one of the session would stay with whoever has the
 * connection next. At READ COMMITTED, so that what comes after the lock sees what its last holder did.
 */
function exclusivelyInOne<T>(
  kysely: Kysely<unknown>,
  work: (db: Kysely<unknown>) => Promise<T>,
): Promise<T> {
  const transaction = kysely.transaction().setIsolationLevel('read committed');
  return transaction.execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`set local lock_timeout = '1h'`.execute(tx);
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(tx);
    return work(tx);
  });
}

async function run({ engine }: Database, { name }: Migration, step: () => Promise<void>) {
  try {
    await step();
  } catch (error) {
    const outcome =
      engine === 'mysql'
        ? 'MySQL cannot take back what it did before it failed: restore the backup, or finish by hand and run: ./rookery migrate stamp'
        : 'nothing of it was kept';
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(`The migration of ${name} failed; ${outcome}. ${reason}`, error);
  }
}

/** The names as they are, if they are the first of the list without a gap. */
function inOrder(applied: readonly string[]): readonly string[] {
  const [unknown] = unknownOf(applied);
  if (unknown !== undefined) throw new DatabaseError(newerVersionHas(unknown));
  const gap = migrations.slice(0, applied.length).find(({ name }) => !applied.includes(name));
  if (gap)
    throw new DatabaseError(
      `The database lacks ${gap.name} and has a later step. Nothing was done.`,
    );
  return applied;
}

function unknownOf(applied: readonly string[]): string[] {
  return applied.filter((name) => !migrations.some((known) => known.name === name));
}

function newerVersionHas(name: string): string {
  return `The database has ${name}, which this version does not know. Start a newer version.`;
}

/** Place of a step in the list, before the first for none. @throws DatabaseError when there is no such step */
function positionOf(name: string): number {
  const position = migrations.findIndex((known) => known.name === name);
  if (position < 0 && name !== noMigration)
    throw new DatabaseError(`No migration is called ${name}.`);
  return position;
}

function bookOf(kysely: unknown): Kysely<Book> {
  return kysely as Kysely<Book>;
}

async function createBook(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'varchar(255)', (c) => c.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (c) => c.notNull())
    .execute();
}

function readBook(db: Kysely<Book>): Promise<Array<Book['migrations']>> {
  return db.selectFrom('migrations').selectAll().orderBy('timestamp').orderBy('name').execute();
}

async function note(db: Kysely<unknown>, { name }: Migration): Promise<void> {
  const timestamp = new Date().toISOString();
  await bookOf(db).insertInto('migrations').values({ name, timestamp }).execute();
}
