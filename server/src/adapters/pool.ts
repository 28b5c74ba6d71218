import { DomainError } from '../domain/errors.ts';

/** Runs at most so many tasks at once and lets a few wait. */
export type Pool = <T>(task: () => Promise<T>) => Promise<T>;

type Bounds = {
  concurrency: number;
  maxWaiting: number;
  /** How long a task may wait for its turn; default: as long as it takes. */
  maxWaitMs?: number;
};

/** @throws DomainError `unavailable` (from the pool) when `maxWaiting` tasks wait already, or one has waited too long */
export function boundedPool({ concurrency, maxWaiting, maxWaitMs }: Bounds): Pool {
  const waiting: Array<() => void> = [];
  let running = 0;

  function turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(begin), 1);
        reject(busy());
      };
      const timer = maxWaitMs === undefined ? undefined : setTimeout(giveUp, maxWaitMs);
      waiting.push(begin);
    });
  }

  return async (task) => {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) throw busy();
      // Whoever ends hands its place over, so `running` stays as it is.
      await turn();
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

function busy(): DomainError {
  return new DomainError('unavailable', 'The server is busy. Try again in a moment.', {
    retryAfterSeconds: 2,
  });
}
