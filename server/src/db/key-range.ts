import { type Compilable, type SelectQueryBuilder, sql } from 'kysely';
import type { Db } from './database.ts';
import { prepared } from './prepared.ts';

/**
 * Part of a list that is ordered by a falling key. Both bounds are exclusive. `from` says which end of the part to take when it
 * holds more than `limit` rows: the newest, or the oldest, which stand directly above `after`.
 */
export type KeyRange = {
  before: number | null;
  after: number | null;
  from: 'newest' | 'oldest';
  limit: number;
};

/** Above every key there will be. */
const newestKey = Number.MAX_SAFE_INTEGER;

type Args = Record<string, string | number | null | ReadonlyArray<string | number>>;

/**
 * A prepared read of a list that can be paged both ways. Rows are newest first, whichever end they are taken from.
 * @param build must pass its query, or the innermost one, to `inRange`
 */
export function preparedRange<A extends Args, O>(
  build: (db: Db, args: A, range: KeyRange) => Compilable<O>,
): (db: Db, args: A, range: KeyRange) => Promise<O[]> {
  type Form = (db: Db, args: A & Bounds) => Promise<O[]>;
  const formOf = (from: KeyRange['from'], hasAfter: boolean, size: number | undefined): Form =>
    prepared((db, args: A & Bounds) => {
      const { before, after } = args;
      const limit = size ?? args.limit;
      return build(db, args, { before, after: hasAfter ? after : null, from, limit });
    });
  const forms = new Map<string, Form>();
  return async (db, args, { before, after, from, limit }) => {
    const size = usualSize(limit);
    // A bound that is not asked for is left out: plans of lists that begin at the newest stay as they are.
    const key = `${from} ${after === null} ${size}`;
    const form = forms.get(key) ?? formOf(from, after !== null, size);
    forms.set(key, form);
    const bounds = { before: before ?? newestKey, after: after ?? 0, limit };
    const rows = await form(db, { ...args, ...bounds });
    return newestFirst(rows.length > limit ? rows.slice(0, limit) : rows, { from });
  };
}

/**
 * The size for which a statement is made that reads up to `limit` rows; undefined above all sizes. PostgreSQL plans for a
 * tenth of the table where the limit is a parameter.
 */
export function usualSize(limit: number): number | undefined {
  return usualSizes.find((size) => size >= limit);
}

/** Those of 20, 40 and 100 entries, and one. */
const usualSizes = [21, 41, 101];

type Bounds = { before: number; after: number; limit: number };

/** Adds the bounds, the order and the limit to a query. Its rows come from the end that the range names: see `newestFirst`. */
export function inRange<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  column: string,
  { before, after, from, limit }: KeyRange,
): SelectQueryBuilder<DB, TB, O> {
  const key = sql.ref<number>(column);
  return query
    .$if(before !== null, (it) => it.where(sql<boolean>`${key} < ${before}`))
    .$if(after !== null, (it) => it.where(sql<boolean>`${key} > ${after}`))
    .orderBy(key, from === 'oldest' ? 'asc' : 'desc')
    .limit(typeof limit === 'number' ? sql.lit(limit) : limit);
}

/** Turns the rows of a query that went through `inRange`. */
export function newestFirst<O>(rows: O[], { from }: Pick<KeyRange, 'from'>): O[] {
  return from === 'oldest' ? rows.reverse() : rows;
}
