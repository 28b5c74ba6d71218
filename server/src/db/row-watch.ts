import type { Schema } from './schema.ts';

type WatchOf<T extends keyof Schema> = {
  table: T;
  /** Holds the number that is told: of the row, or of what the row belongs to. */
  column: keyof Schema[T] & string;
  /** Only changes of these columns count; rows that come or go always do. */
  changes?: ReadonlyArray<keyof Schema[T] & string>;
};

/** Which writes somebody wants to hear of. */
export type RowWatch = { [T in keyof Schema]: WatchOf<T> }[keyof Schema];

/** Told the number in the watched column; null when another process has written, and any row may be another. */
export type RowListener = (id: number | null) => void;
