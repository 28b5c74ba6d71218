import { LRUCache } from 'lru-cache';
import type { Database } from './database.ts';
import type { RowWatch } from './row-watch.ts';

/** What was read of an embedded database, by the number that watched rows tell. What is in it must not be changed. */
export type Memory<T extends object> = {
  get(id: number): T | undefined;
  /** How many writes there were. Ask before reading what is to be kept. */
  writes(): number;
  /** Whether nothing was written since then that makes what was read under this number old. */
  isCurrent(id: number, writesBefore: number): boolean;
  /** Keeps what was read, unless a write since then may have made it old. Kept again, it is weighed again. */
  keep(id: number, value: T, writesBefore: number): void;
  count(): number;
};

type Options<T> = {
  /** Writes after which what is kept under the told number is old. */
  madeOf: readonly RowWatch[];
  maxBytes: number;
  /** What keeping a value takes, about; with all that others keep as long as it. */
  bytesOf: (value: T) => number;
  /** Told of each value that is old now, which stays: for what is refreshed in place. Default: it is forgotten. */
  onOld?: (value: T) => void;
  /** Told of a value that is forgotten since others need its place. */
  onEvicted?: (value: T) => void;
  /** Told of each value that is forgotten, or replaced by another. */
  onForgotten?: (value: T) => void;
};

/**
 * Keeps what was read until somebody writes a row that it was made of, or others need its place (docs/decisions/0023). For a
 * database that this process has for itself: on any other, nobody would tell it of writes. Readers call `noticeOthers` first.
 */
export function memoryOf<T extends object>(
  database: Pick<Database, 'isEmbedded' | 'watchRows'>,
  { madeOf, maxBytes, bytesOf, onOld, onEvicted, onForgotten }: Options<T>,
): Memory<T> {
  if (!database.isEmbedded) throw new Error('What several processes share, none can remember.');
  const kept = new LRUCache<number, T>({
    maxSize: Math.max(1, Math.floor(maxBytes)),
    sizeCalculation: (value) => Math.ceil(bytesOf(value)),
    ...((onEvicted || onForgotten) && {
      dispose: (value, _id, reason) => {
        if (reason === 'evict') onEvicted?.(value);
        onForgotten?.(value);
      },
    }),
  });
  const writes = recentWrites();
  for (const watch of madeOf) {
    database.watchRows(watch, (id) => {
      writes.note(id);
      if (onOld) tellOld(onOld, id);
      else if (id === null) kept.clear();
      else kept.delete(id);
    });
  }

  function tellOld(tell: (value: T) => void, id: number | null): void {
    if (id === null) return kept.forEach((value) => tell(value));
    const value = kept.peek(id);
    if (value !== undefined) tell(value);
  }

  return {
    get: (id) => kept.get(id),
    writes: writes.count,
    isCurrent: writes.areBefore,
    keep(id, value, writesBefore) {
      if (!writes.areBefore(id, writesBefore)) return;
      // The cache does not weigh a value again that it has.
      if (kept.peek(id) === value) kept.delete(id);
      kept.set(id, value);
    },
    count: () => kept.size,
  };
}

/** Of so many ids it is known when they were written last; of others, that it was before all of these. */
const maxRecent = 1000;

/** Tells whether a row was written while it was read, although others are written all the time. */
function recentWrites() {
  let count = 0;
  /** When an id was written last, in the order of these times. */
  const lastWrites = new Map<number, number>();
  let lastOfOthers = 0;

  function note(id: number | null): void {
    count += 1;
    if (id === null) {
      lastWrites.clear();
      lastOfOthers = count;
      return;
    }
    lastWrites.delete(id);
    lastWrites.set(id, count);
    if (lastWrites.size <= maxRecent) return;
    for (const [oldest, write] of lastWrites) {
      lastWrites.delete(oldest);
      lastOfOthers = write;
      return;
    }
  }

  return {
    note,
    count: () => count,
    /** Whether all writes of this id are among the first so many. */
    areBefore: (id: number, before: number) => (lastWrites.get(id) ?? lastOfOthers) <= before,
  };
}
