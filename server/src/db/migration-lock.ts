import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import { DatabaseError } from './errors.ts';
import { isRetryable } from './outages.ts';

/** For how long a busy embedded database is tried again. */
const waitForMs = 60_000;

/** Runs `work` while nobody else changes the schema, in one transaction where the engine can roll schema changes back. */
export async function withSchemaLock<T>(
  database: Database,
  work: (db: Kysely<unknown>) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + waitForMs;
  for (;;) {
    try {
      return await exclusively(database, work);
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
  if (database.engine === 'mysql') return exclusivelyInMysql(kysely, work);
  return kysely.connection().execute(async (connection) => {
    await adapter.acquireMigrationLock(connection, lock);
    try {
      return await connection.transaction().execute(work);
    } finally {
      await adapter.releaseMigrationLock(connection, lock);
    }
  });
}

/** MySQL has one set of lock names for all databases of a server, which should not wait for each other. */
const mysqlLock = sql`concat('migrations of ', md5(database()))`;

function exclusivelyInMysql<T>(
  kysely: Kysely<unknown>,
  work: (db: Kysely<unknown>) => Promise<T>,
): Promise<T> {
  return kysely.connection().execute(async (connection) => {
    const { rows } = await sql<{ is_ours: number | null }>`
      select get_lock(${mysqlLock}, 3600) as is_ours`.execute(connection);
    if (rows[0]?.is_ours !== 1) {
      throw new DatabaseError('Another migration of this database has been running for an hour.');
    }
    try {
      return await work(connection);
    } finally {
      await sql`select release_lock(${mysqlLock})`.execute(connection);
    }
  });
}

/** The number that Kysely takes, and so earlier versions of this program do. */
const migrationLock = sql.raw('3853314791062309107');

/**
 * The lock ends with the transaction: behind a pooler (PgBouncer) a session lock would stay with the next user of the
 * connection. At READ COMMITTED, so that statements after the lock see what its last holder wrote.
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
