import { LRUCache } from 'lru-cache';
import type { Counters, Now } from '../../domain/ports.ts';
import { atMost } from './bounded.ts';

type Entry = { count: number; endsAt: number };

/** Counters of one process. The least used are forgotten first when there are too many. */
export function memoryCounters({ now }: { now: Now }): Counters {
  const counts = new LRUCache<string, Entry>(atMost(100_000));

  return {
    async add(key, amount, windowMs) {
      const at = now().getTime();
      const known = counts.get(key);
      const entry = known && known.endsAt > at ? known : { count: 0, endsAt: at + windowMs };
      entry.count = Math.max(0, entry.count + amount);
      counts.set(key, entry);
      return { count: entry.count, resetMs: entry.endsAt - at };
    },
    async clear(key) {
      counts.delete(key);
    },
  };
}

/** Counts nothing: where guessing need not be slowed (`RATE_LIMITS=off`). */
export const noCounters: Counters = {
  add: async () => ({ count: 0, resetMs: 0 }),
  clear: async () => {},
};
