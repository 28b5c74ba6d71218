import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import { isMissingTable } from './dialects.ts';

/**
 * A note in a database that no server may use it: it is half filled, or its data has moved away. A table of its own, which
 * exists for as long as the note does.
 */
const notes = 'closed_database';

export type Closing = {
  /** `filling`: rows are being written; `moved`: another database has taken over. */
  state: 'filling' | 'moved';
  /** What to do, for a person. */
  advice: string;
};

type Readable = { kysely: Database['kysely'] | Kysely<unknown> };

/** What the database says of itself; null when it may be used. */
export async function findClosing({ kysely }: Readable): Promise<Closing | null> {
  try {
    const { rows } = await sql<Closing>`
      select state, advice from ${sql.table(notes)}`.execute(kysely);
    return rows[0] ?? null;
  } catch (error) {
    if (isMissingTable(error)) return null;
    throw error;
  }
}

/** Keeps servers that start from now on from using the database. */
export async function closeDatabase(database: Database, { state, advice }: Closing): Promise<void> {
  const kysely = database.kysely as unknown as Kysely<unknown>;
  await kysely.schema
    .createTable(notes)
    .ifNotExists()
    .addColumn('state', 'varchar(16)', (c) => c.notNull().primaryKey())
    .addColumn('advice', 'text', (c) => c.notNull())
    .execute();
  await database.transaction(async (tx) => {
    await sql`delete from ${sql.table(notes)}`.execute(tx);
    await sql`insert into ${sql.table(notes)} (state, advice) values (${state}, ${advice})`.execute(
      tx,
    );
  });
}

/** Lets servers use the database. */
export async function reopenDatabase(database: Database): Promise<void> {
  const kysely = database.kysely as unknown as Kysely<unknown>;
  await kysely.schema.dropTable(notes).ifExists().execute();
}
