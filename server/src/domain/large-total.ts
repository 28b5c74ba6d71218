import { secondMs } from './durations.ts';
import type { Now } from './ports.ts';

/** Counting more rows than this takes longer than a request should. */
const largeFrom = 10_000;
/** How old a large total may be. */
const keptMs = 30 * secondMs;

/**
 * A total for a list that shows one: exact while it is small, and up to half a minute old once it is large, so that a busy
 * list does not count all rows at every request. At most one count of a large table runs at a time.
 */
export function largeTotal(count: () => Promise<number>, now: Now): () => Promise<number> {
  let known = { total: 0, at: Number.NEGATIVE_INFINITY };
  let running: Promise<number> | null = null;

  async function refresh(): Promise<number> {
    const at = now().getTime();
    const total = await count();
    known = { total, at };
    return total;
  }

  return () => {
    if (known.total < largeFrom) return refresh();
    const age = now().getTime() - known.at;
    if (age >= 0 && age < keptMs) return Promise.resolve(known.total);
    running ??= refresh().finally(() => {
      running = null;
    });
    return running;
  };
}
