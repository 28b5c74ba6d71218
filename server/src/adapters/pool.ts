import { DomainError } from '../domain/errors.ts';

/** Runs at most so many tasks at once and lets a few wait. */
export type Pool = <T>(task: () => Promise<T>) => Promise<T>;

/** @throws DomainError `unavailable` (from the pool) when `maxWaiting` tasks wait already */
export function boundedPool({
  concurrency,
  maxWaiting,
}: {
  concurrency: number;
  maxWaiting: number;
}): Pool {
  const waiting: Array<() => void> = [];
  let running = 0;

  return async (task) => {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) {
        throw new DomainError('unavailable', 'The server is busy. Try again in a moment.', {
          retryAfterSeconds: 2,
        });
      }
      // Whoever ends hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
