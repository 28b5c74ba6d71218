import { type Kysely, sql } from 'kysely';
import { isAfter } from './backfill.ts';
import { type Closing, findClosing } from './closed.ts';
import { type EngineName, openDatabase } from './database.ts';
import { isMissingTable } from './dialects.ts';
import { sqliteFileOf } from './sqlite-file.ts';
import { sqliteReader } from './sqlite-reader.ts';
import { nameStatement } from './statement-names.ts';
import type { TableRow, TableShape } from './tables/shape.ts';

/** All tables as they were at one moment, while others go on writing. */
export type Snapshot = {
  engine: EngineName;
  /** Names of the migrations that the database had, oldest first. */
  steps: readonly string[];
  /** Rows after one, in the order of the primary key. */
  readPage(table: TableShape, after: TableRow | null, limit: number): Promise<TableRow[]>;
  countRows(table: TableShape): Promise<number>;
  /** Which media of some there are. */
  presentMedia(ids: readonly number[]): Promise<Set<number>>;
};

/** Statements that begin a transaction which sees one moment, and holds nobody up. */
const beginnings: Record<EngineName, readonly string[]> = {
  sqlite: ['begin'],
  postgres: beginPostgres('repeatable read'),
  cockroachdb: beginPostgres('serializable'),
  mysql: [
    'set session transaction isolation level repeatable read',
    'start transaction with consistent snapshot, read only',
  ],
};

/** A backup may take longer than any request may. */
function beginPostgres(isolation: string): string[] {
  return [
    `begin isolation level ${isolation} read only`,
    'set local statement_timeout = 0',
    'set local idle_in_transaction_session_timeout = 0',
  ];
}

/**
 * Runs `work` on a snapshot of the database that an address names, over a connection of its own.
 * @throws DatabaseError · the driver's error
 */
export async function withSnapshot<T>(
  url: string,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const { engine, kysely } = openReader(url);
  try {
    return await kysely.connection().execute(async (connection) => {
      for (const statement of beginnings[engine]) await sql.raw(statement).execute(connection);
      try {
        // SQLite and PostgreSQL take the snapshot at the first read, so that comes at once.
        const steps = await readSteps(connection);
        return await work(snapshotOn(connection, engine, steps));
      } finally {
        // Nothing was written; what failed before is what counts.
        await sql
          .raw('rollback')
          .execute(connection)
          .catch(() => {});
      }
    });
  } finally {
    await kysely.destroy();
  }
}

/** What the database says of itself, see `closed.ts`. */
export async function readClosing(url: string): Promise<Closing | null> {
  const { kysely } = openReader(url);
  try {
    return await findClosing({ kysely });
  } finally {
    await kysely.destroy();
  }
}

function openReader(url: string): { engine: EngineName; kysely: Kysely<unknown> } {
  if (url.startsWith('sqlite:')) {
    return { engine: 'sqlite', kysely: sqliteReader(sqliteFileOf(url)) };
  }
  const { engine, kysely } = openDatabase(url, 1, { isPatient: true });
  return { engine, kysely: kysely as unknown as Kysely<unknown> };
}

async function readSteps(connection: Kysely<unknown>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`
      select name from migrations order by name`.execute(connection);
    return rows.map(({ name }) => name);
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}

function snapshotOn(
  connection: Kysely<unknown>,
  engine: EngineName,
  steps: readonly string[],
): Snapshot {
  return {
    engine,
    steps,
    async readPage({ name, key, columns }, after, limit) {
      const refs = (names: readonly string[]) => sql.join(names.map((column) => sql.ref(column)));
      const where = after
        ? sql`where ${isAfter(
            key,
            key.map((column) => after[column]),
          )}`
        : sql``;
      const query = sql<TableRow>`
        select ${refs(columns.map((column) => column.name))} from ${sql.table(name)} ${where}
        order by ${refs(key)} limit ${sql.lit(limit)}`.compile(connection);
      // As text, MariaDB rounds about one double in a thousand; a prepared statement sends it as it is.
      nameStatement(query);
      return (await connection.executeQuery(query)).rows;
    },
    async countRows({ name }) {
      const { rows } = await sql<{ n: number | string }>`
        select count(*) as n from ${sql.table(name)}`.execute(connection);
      return Number(rows[0]?.n);
    },
    async presentMedia(ids) {
      const { rows } = await sql<{ id: number }>`
        select id from media where id in (${sql.join([0, ...ids])})`.execute(connection);
      return new Set(rows.map(({ id }) => id));
    },
  };
}
