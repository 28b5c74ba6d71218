import type { Generated } from 'kysely';

/**
 * What a column holds, the same on every engine: `flag` is 0 or 1, `bigint` a number below 2^53, `time` UTC in ISO text of
 * 24 characters (`2026-06-01T12:00:00.000Z`), `json` text.
 */
export type ColumnKind = 'integer' | 'bigint' | 'double' | 'flag' | 'text' | 'time' | 'json';

/** What becomes of a row when the account that it names is purged. */
export type AtPurge = 'deleted' | { keptBecause: string };

export type Column<T = unknown> = {
  readonly kind: ColumnKind;
  readonly isNullable: boolean;
  /** Characters that a text may have; null: any number. */
  readonly maxLength: number | null;
  /** Every text that the column may hold; null: any text. */
  readonly values: readonly string[] | null;
  /** The table whose id the column holds. */
  readonly refersTo: string | null;
  /** For a column that names an account, and for no other. */
  readonly atPurge: AtPurge | null;
  /** For the compiler alone: what a row holds here. */
  readonly holds?: T;
};

/**
 * What a copy of the database does with a table.
 * - `content`: what people made and chose. A copy has it, row by row.
 * - `secret`: what lets somebody in or proves something. A copy has it if it is to take over from the original.
 * - `queue`: work that is not finished, and what was done with it, so that a repeat is recognized. A copy has it if it is to
 *   take over from the original.
 * - `counter`: how far numbers were given out. A copy may have higher ones, never lower ones.
 * - `transient`: forgotten within a day. A copy can do without.
 */
export type TableKind = 'content' | 'secret' | 'queue' | 'counter' | 'transient';

type Columns = Record<string, Column>;

export type Table<C extends Columns = Columns> = {
  readonly kind: TableKind;
  /** Columns of the primary key, in its order: rows can be read in pages by it. */
  readonly key: ReadonlyArray<keyof C & string>;
  /** The column that says to which account a row belongs; null: to none. */
  readonly owner: (keyof C & string) | null;
  readonly columns: C;
};

/** A row, as every engine returns it. */
export type RowOf<C extends Columns> = {
  [K in keyof C]: C[K] extends Column<infer T> ? T : never;
};

export type Flag = 0 | 1;

/** Describes a table; the compiler checks that its key and its owner are columns. */
export function table<C extends Columns>(description: Table<C>): Table<C> {
  return description;
}

function column<T>(kind: ColumnKind, more: Partial<Column<T>> = {}): Column<T> {
  const plain = { isNullable: false, maxLength: null, values: null, refersTo: null, atPurge: null };
  return { kind, ...plain, ...more };
}

export const integer = column<number>('integer');
export const bigint = column<number>('bigint');
/** A number that the database gives to each new row. */
export const generatedId = column<Generated<number>>('bigint');
export const double = column<number>('double');
export const flag = column<Flag>('flag');
export const time = column<string>('time');
export const json = column<string>('json');

/** Text of up to `maxLength` characters; of any length without it. */
export function text(maxLength: number | null = null): Column<string> {
  return column('text', { maxLength });
}

/** One of a few texts. */
export function oneOf<const V extends readonly string[]>(...values: V): Column<V[number]> {
  return column('text', { values });
}

/** The id of a row of another table. */
export function idOf(refersTo: string): Column<number> {
  return column('integer', { refersTo });
}

/** The id of a row of a table that may have more than 2^31. */
export function longIdOf(refersTo: string): Column<number> {
  return column('bigint', { refersTo });
}

/** The id of an account, and what becomes of the row when that account is purged. */
export function accountId(atPurge: AtPurge): Column<number> {
  return column('integer', { refersTo: 'accounts', atPurge });
}

export function nullable<T>(of: Column<T>): Column<T | null> {
  const { holds: _, ...rest } = of;
  return { ...rest, isNullable: true };
}
