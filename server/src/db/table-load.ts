import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { Database, Tx } from './database.ts';
import { listTables } from './reset.ts';
import { copiedTables, type TableRow, type TableShape } from './tables/shape.ts';
import type { TableName } from './tables.ts';

/** Below the parameters that any engine takes in one statement. */
const parametersPerStatement = 3000;

/** Writes rows of a table past the stores, in one transaction: for copies of a whole database alone. */
export type RowLoader = (table: TableShape, rows: readonly TableRow[]) => Promise<void>;

export function rowLoader(database: Database): RowLoader {
  const statements = new Map<string, CompiledQuery>();

  /** Compiled once per table and size: Kysely's builder would cost more than SQLite's work. */
  function statementFor(tx: Tx, { name }: TableShape, rows: readonly TableRow[]): CompiledQuery {
    const key = `${name}/${rows.length}`;
    const known = statements.get(key);
    if (known) return known;
    const statement = tx
      .insertInto(name as TableName)
      .values(rows)
      .compile();
    statements.set(key, statement);
    return statement;
  }

  return async (table, rows) => {
    const size = Math.max(1, Math.floor(parametersPerStatement / table.columns.length));
    await database.transaction(async (tx) => {
      for (let i = 0; i < rows.length; i += size) {
        const batch = rows.slice(i, i + size);
        const parameters = batch.flatMap((row) => table.columns.map(({ name }) => row[name]));
        await tx.executeQuery({ ...statementFor(tx, table, batch), parameters });
      }
    });
  };
}

const bookkeeping = ['migrations', 'backfill_place'];

/** Tables of the database that are Rookery's, whichever version made them. */
export async function listOwnTables(
  database: Database,
  more: readonly string[] = [],
): Promise<string[]> {
  const known = new Set([
    ...copiedTables.map(({ name }) => name),
    'broadcasts',
    ...bookkeeping,
    ...more,
  ]);
  return (await listTables(database)).filter((name) => known.has(name));
}

/** Whether nobody has used the database: it has no tables of Rookery's, or they have no rows. */
export async function isUnused(database: Database): Promise<boolean> {
  const present = await listOwnTables(database);
  const kysely = database.kysely as unknown as Kysely<unknown>;
  for (const { name, kind } of copiedTables) {
    if (kind === 'counter' || !present.includes(name)) continue;
    const { rows } = await sql`select 1 as one from ${sql.table(name)} limit 1`.execute(kysely);
    if (rows.length > 0) return false;
  }
  return true;
}

/** Foreign keys that lead nowhere, each as a sentence. Servers check while rows are written; a file can be damaged later. */
export async function brokenReferences(database: Database): Promise<string[]> {
  if (database.engine !== 'sqlite') return [];
  type Broken = { table: string; rowid: number | null; parent: string };
  const { rows } = await sql<Broken>`pragma foreign_key_check`.execute(database.kysely);
  return rows.map(
    ({ table, rowid, parent }) => `row ${rowid} of ${table} names a row of ${parent} that is gone`,
  );
}

/**
 * Raises every counter of ids. After an older state was brought back, an id that was given out since must not come to
 * mean something else: tokens and links that name it are still around.
 */
export async function raiseCounters(database: Database, by: number): Promise<void> {
  await sql`update id_ranges set next_id = next_id + ${by}`.execute(database.kysely);
}

/** Pictures that wait for a job which no event of the database asks for: a broker had it. */
export async function listForgottenMedia(database: Database): Promise<number[]> {
  const events = await database
    .selectFrom('outbox')
    .select('payload')
    .where('topic', '=', 'media.uploaded')
    .execute();
  const asked = new Set(events.map(({ payload }) => payload));
  const rows = await database
    .selectFrom('media')
    .select('id')
    .where('state', '=', 'processing')
    .execute();
  return rows.map(({ id }) => id).filter((id) => !asked.has(JSON.stringify({ mediaId: id })));
}
