import { channel } from 'node:diagnostics_channel';
import type { Database, Db, RowWatch } from '../db/database.ts';
import { memoryOf } from '../db/memory.ts';

/** Reads what belongs to some ids, by id; what is not there is left out. */
export type ReadByIds<T> = (ids: readonly number[]) => Promise<ReadonlyMap<number, T>>;

/** What one look into a memory found. */
export type MemoryUse = { memory: string; hits: number; misses: number; size: number };

/** Hears of each look into a memory, a `MemoryUse`; without a listener nothing is made. */
export const memoryChannel = channel('rookery:memory');

type RowMemory<T> = {
  name: string;
  read: (db: Db, ids: readonly number[]) => Promise<Map<number, T>>;
  /** Writes after which what was read under the told id must be read again. */
  madeOf: readonly RowWatch[];
  maxBytes: number;
  bytesOf: (row: T) => number;
};

/**
 * Keeps what was read until somebody writes a row that it was made of (docs/decisions/0023). On a database that several
 * processes share, each read goes to SQL. Readers call `noticeOthers` first, and do not modify the result.
 */
export function rowMemory<T extends object>(
  database: Database,
  { name, read, ...options }: RowMemory<T>,
): ReadByIds<T> {
  if (!database.isEmbedded) return (ids) => read(database, ids);
  const memory = memoryOf<T>(database, options);

  async function readMissing(ids: readonly number[], found: Map<number, T>): Promise<void> {
    const writesBefore = memory.writes();
    for (const [id, row] of await read(database, ids)) {
      found.set(id, row);
      memory.keep(id, row, writesBefore);
    }
  }

  function tell(hits: number, misses: number): void {
    const use: MemoryUse = { memory: name, hits, misses, size: memory.count() };
    memoryChannel.publish(use);
  }

  return async (ids) => {
    const found = new Map<number, T>();
    let missing: number[] | undefined;
    for (const id of ids) {
      if (found.has(id)) continue;
      const row = memory.get(id);
      if (row !== undefined) found.set(id, row);
      else if (missing) missing.push(id);
      else missing = [id];
    }
    const hits = found.size;
    if (missing) await readMissing(missing, found);
    if (memoryChannel.hasSubscribers) tell(hits, missing?.length ?? 0);
    return found;
  };
}
