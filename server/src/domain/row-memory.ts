import { channel } from 'node:diagnostics_channel';
import type { Database, Db, RowWatch } from '../db/database.ts';

/** Reads what belongs to some ids, by id; what is not there is left out. */
export type ReadByIds<T> = (ids: readonly number[]) => Promise<ReadonlyMap<number, T>>;

/** What one look into a memory found. */
export type MemoryUse = { memory: string; hits: number; misses: number; size: number };

/** Hears of each look into a memory, a `MemoryUse`; without a listener nothing is made. */
export const memoryChannel = channel('rookery:memory');

type Memory<T> = {
  name: string;
  read: (db: Db, ids: readonly number[]) => Promise<Map<number, T>>;
  /** Writes after which what was read under the told id must be read again. */
  madeOf: readonly RowWatch[];
  maxKept: number;
};

/**
 * Keeps what was read until somebody writes a row that it was made of (docs/decisions/0023). On a database that several
 * processes share, each read goes to SQL. Readers call `noticeOthers` first, and do not modify the result.
 */
export function rowMemory<T>(
  database: Database,
  { name, read, madeOf, maxKept }: Memory<T>,
): ReadByIds<T> {
  if (!database.isEmbedded) return (ids) => read(database, ids);
  const kept = new Map<number, T>();
  let writes = 0;

  function forget(id: number | null): void {
    writes += 1;
    if (id === null) kept.clear();
    else kept.delete(id);
  }
  for (const watch of madeOf) database.watchRows(watch, forget);

  async function readMissing(ids: readonly number[], found: Map<number, T>): Promise<void> {
    const writesBefore = writes;
    const rows = await read(database, ids);
    for (const [id, row] of rows) {
      found.set(id, row);
      // A write while we read may have made it old.
      if (writes === writesBefore) kept.set(id, row);
    }
    // A map gives its keys in the order in which they came.
    for (const id of kept.keys()) {
      if (kept.size <= maxKept) break;
      kept.delete(id);
    }
  }

  function tell(hits: number, misses: number): void {
    memoryChannel.publish({ memory: name, hits, misses, size: kept.size } satisfies MemoryUse);
  }

  return async (ids) => {
    const found = new Map<number, T>();
    const missing: number[] = [];
    for (const id of ids) {
      const row = kept.get(id);
      if (row === undefined) missing.push(id);
      else found.set(id, row);
    }
    const hits = found.size;
    if (missing.length > 0) await readMissing(missing, found);
    if (memoryChannel.hasSubscribers) tell(hits, missing.length);
    return found;
  };
}
