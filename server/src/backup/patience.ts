import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../domain/errors.ts';

const maxTries = 6;

/** Tries again while a store is away: a moment must not end what has run for hours. */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof DomainError && error.code === 'unavailable';
      if (!isPassing || attempt === maxTries) throw error;
      await sleep(500 * 2 ** attempt);
    }
  }
}

/** Runs `work` on every item, some at once. The first error ends it, once what runs has ended. */
export async function runSome<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const item of items) {
    while (running.size >= atOnce) await Promise.race(running);
    if (failures.length > 0) break;
    const job = work(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(job));
    running.add(job);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
