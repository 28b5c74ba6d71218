import { type Kysely, type RawBuilder, sql } from 'kysely';

/**
 * Work on the rows of a table that may be large: in batches of one transaction each, in the order of the primary key. Each
 * batch is committed together with the place where it ends, so a killed process loses nothing and fills no row twice.
 * Rows that others write meanwhile behind that place are not filled.
 */
export type Backfill = {
  /** Named here, not taken from the catalogue: a released step never changes, the catalogue does. */
  table: string;
  /** Columns of the primary key, in its order. */
  key: readonly string[];
  /** Further columns that `fill` needs. */
  columns?: readonly string[];
  /** Only these rows; without it, all. */
  where?: (db: Kysely<unknown>) => RawBuilder<unknown>;
  /** Rows per transaction. Default: 1,000. */
  batchSize?: number;
  /** Fills the rows of a batch, at least one. It runs again if its transaction is refused. */
  fill(db: Kysely<unknown>, rows: readonly BackfillRow[]): Promise<void>;
};

/** The columns of the key, and those that were asked for. */
export type BackfillRow = Record<string, string | number | null>;

/** How far a backfill is. */
export type BackfillPlace = {
  /** The key of the last row that was filled; null before the first. */
  after: ReadonlyArray<string | number | null> | null;
  done: number;
  /** About how many rows there are; null until a batch was not all of them. */
  total: number | null;
  isLast: boolean;
};

const firstPlace: BackfillPlace = { after: null, done: 0, total: null, isLast: false };

const defaultBatchSize = 1000;

/**
 * Fills the next batch of a step, after `begin` where the step has not begun. Returns how far the backfill is now.
 * Call `forgetBackfill` when the step is noted.
 */
export async function continueBackfill(
  db: Kysely<unknown>,
  step: { name: string; backfill: Backfill; begin: () => Promise<void> },
): Promise<BackfillPlace> {
  const known = await findPlace(db, step.name);
  if (!known) {
    await step.begin();
    await savePlace(db, step.name, firstPlace);
  }
  return inTransaction(db, async (tx) => {
    const place = await fillBatch(tx, step.backfill, known ?? firstPlace);
    await savePlace(tx, step.name, place);
    return place;
  });
}

/** Fills the rows after a place. Returns the next place. */
export async function fillBatch(
  db: Kysely<unknown>,
  backfill: Backfill,
  { after, done, total } = firstPlace,
): Promise<BackfillPlace> {
  const { key, columns = [], batchSize = defaultBatchSize } = backfill;
  const { rows } = await sql<BackfillRow>`
    select ${refs([...key, ...columns])} ${rowsAfter(db, backfill, after)}
    order by ${refs(key)} limit ${sql.lit(batchSize)}`.execute(db);
  const last = rows.at(-1);
  if (!last) return { after, done, total, isLast: true };
  await backfill.fill(db, rows);
  const isLast = rows.length < batchSize;
  const place = { after: key.map((column) => last[column] ?? null), done: done + rows.length };
  if (isLast) return { ...place, total, isLast };
  const rest = total === null ? await countAfter(db, backfill, place.after) : 0;
  return { ...place, total: total ?? place.done + rest, isLast };
}

async function countAfter(
  db: Kysely<unknown>,
  backfill: Backfill,
  after: BackfillPlace['after'],
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n ${rowsAfter(db, backfill, after)}`.execute(db);
  return Number(rows[0]?.n);
}

function rowsAfter(
  db: Kysely<unknown>,
  { table, key, where = () => sql`1 = 1` }: Backfill,
  after: BackfillPlace['after'],
): RawBuilder<unknown> {
  const conditions = [where(db), ...(after ? [isAfter(key, after)] : [])];
  return sql`from ${sql.table(table)} where ${sql.join(conditions, sql` and `)}`;
}

/** `(a >= 1 and (a > 1 or b > 2))` for the key a, b: MariaDB uses no index to compare whole rows. */
export function isAfter(
  [column = '', ...others]: readonly string[],
  [value, ...rest]: readonly unknown[],
): RawBuilder<unknown> {
  const ref = sql.ref(column);
  if (others.length === 0) return sql`${ref} > ${value}`;
  return sql`(${ref} >= ${value} and (${ref} > ${value} or ${isAfter(others, rest)}))`;
}

function refs(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql.ref(column)));
}

/** Steps are done one after the other, so the table has one row at most; it exists while a backfill is under way. */
const places = 'backfill_place';

async function findPlace(db: Kysely<unknown>, name: string): Promise<BackfillPlace | null> {
  await db.schema
    .createTable(places)
    .ifNotExists()
    .addColumn('name', 'varchar(255)', (c) => c.notNull().primaryKey())
    .addColumn('place', 'text', (c) => c.notNull())
    .execute();
  const { rows } = await sql<{ place: string }>`
    select place from ${sql.table(places)} where name = ${name}`.execute(db);
  return rows[0] ? JSON.parse(rows[0].place) : null;
}

async function savePlace(db: Kysely<unknown>, name: string, place: BackfillPlace): Promise<void> {
  const text = JSON.stringify(place);
  await sql`delete from ${sql.table(places)}`.execute(db);
  await sql`insert into ${sql.table(places)} (name, place) values (${name}, ${text})`.execute(db);
}

/** Whether a step has begun and its backfill is not finished. */
export async function hasBegun(db: Kysely<unknown>, name: string): Promise<boolean> {
  const isBegun = (await findPlace(db, name)) !== null;
  if (!isBegun) await forgetBackfill(db);
  return isBegun;
}

/** Removes what is remembered of the backfill that was under way. */
export async function forgetBackfill(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable(places).execute();
}

function inTransaction<T>(
  db: Kysely<unknown>,
  work: (tx: Kysely<unknown>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
