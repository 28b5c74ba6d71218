import { channel } from 'node:diagnostics_channel';
import { DomainError } from '../domain/errors.ts';

/**
 * Runs at most so many tasks at once and lets a few wait. Owners take turns, so that one with many tasks delays others by
 * one task at a time; without an owner, tasks run in the order in which they came.
 */
export type Pool = (<T>(task: () => Promise<T>, owner?: string) => Promise<T>) & Busy;

/** What others can give way to. */
type Busy = {
  isBusy(): boolean;
  /** Calls the listener each time when the last task has ended. */
  onIdle(listener: () => void): void;
};

/** How busy a pool is. */
export type PoolLoad = { name: string; running: number; waiting: number };

/** Hears of each change of a pool's load, a `PoolLoad`; without a listener nothing is made. */
export const poolChannel = channel('rookery:pool');

type Bounds = {
  name: string;
  concurrency: number;
  maxWaiting: number;
  /** How many tasks of one owner may wait; default: as many as of all. */
  maxWaitingEach?: number;
  /** How long a task may wait for its turn, and one that would wait longer is refused at once; default: as long as it takes. */
  maxWaitMs?: number;
  /** Whether some tasks take a thousand times as long as others: then no wait is foretold, and none refused before it was too long. */
  isUneven?: boolean;
  /** While this is busy, one task runs at a time. */
  givesWayTo?: Busy;
};

/**
 * @throws DomainError (from the pool) `unavailable` when `maxWaiting` tasks wait already, or one has waited or would wait too
 *   long · `rate_limited` when too many of the owner's wait
 */
export function boundedPool({
  name,
  concurrency,
  maxWaiting,
  maxWaitingEach = maxWaiting,
  maxWaitMs,
  isUneven = false,
  givesWayTo,
}: Bounds): Pool {
  const queues = turns();
  const pace = measuredPace();
  const idleListeners: Array<() => void> = [];
  let running = 0;

  function tell(): void {
    if (!poolChannel.hasSubscribers) return;
    poolChannel.publish({ name, running, waiting: queues.count() } satisfies PoolLoad);
  }

  const places = () => (givesWayTo?.isBusy() ? 1 : concurrency);

  /** Lets those begin who wait while there are places. */
  function fill(): void {
    while (running < places()) {
      const next = queues.next();
      if (!next) break;
      running += 1;
      next();
    }
    tell();
    if (running === 0) for (const listener of idleListeners) listener();
  }
  givesWayTo?.onIdle(fill);

  /** How long one more task would wait; null while nobody can tell. */
  function expectedMs(): number | null {
    const taskMs = pace.taskMs();
    return taskMs === null || isUneven ? null : (taskMs * (queues.count() + 1)) / concurrency;
  }

  function checkRoom(owner: string): void {
    const waitMs = expectedMs();
    if (queues.count() >= maxWaiting) throw busy(waitMs);
    if (maxWaitMs !== undefined && waitMs !== null && waitMs > maxWaitMs) throw busy(waitMs);
    if (queues.count(owner) >= maxWaitingEach) throw tooMany(waitMs);
  }

  function turn(owner: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = () => {
        queues.remove(owner, begin);
        tell();
        reject(busy(expectedMs()));
      };
      const timer = maxWaitMs === undefined ? undefined : setTimeout(giveUp, maxWaitMs);
      queues.add(owner, begin);
      tell();
    });
  }

  async function run<T>(task: () => Promise<T>, owner = ''): Promise<T> {
    if (running >= places()) {
      checkRoom(owner);
      await turn(owner);
    } else {
      running += 1;
      tell();
    }
    const ended = pace.begin();
    try {
      return await task();
    } finally {
      ended();
      running -= 1;
      fill();
    }
  }

  return Object.assign(run, {
    isBusy: () => running > 0,
    onIdle: (listener: () => void) => void idleListeners.push(listener),
  });
}

/** How much of the past each task that ends replaces. */
const weight = 0.1;

/** Measures how long tasks take. */
function measuredPace() {
  const begun = new Set<{ at: number }>();
  let averageMs: number | null = null;

  return {
    /** @returns what is called at the end of the task */
    begin(): () => void {
      const task = { at: performance.now() };
      begun.add(task);
      return () => {
        begun.delete(task);
        const ms = performance.now() - task.at;
        averageMs = averageMs === null ? ms : averageMs + weight * (ms - averageMs);
      };
    },
    /** The average, or more while a task takes longer than that; null while none has ended. */
    taskMs(): number | null {
      if (averageMs === null) return null;
      const [oldest] = begun;
      return Math.max(averageMs, oldest ? performance.now() - oldest.at : 0);
    },
  };
}

type Begin = () => void;

/** Who waits, by owner; the owner whose turn is next comes first. */
function turns() {
  const queues = new Map<string, Begin[]>();

  function keep(owner: string, queue: Begin[]): void {
    if (queue.length > 0) queues.set(owner, queue);
    else queues.delete(owner);
  }

  return {
    count(owner?: string): number {
      const counted = owner === undefined ? [...queues.values()] : [queues.get(owner) ?? []];
      return counted.reduce((sum, queue) => sum + queue.length, 0);
    },
    add(owner: string, begin: Begin): void {
      keep(owner, [...(queues.get(owner) ?? []), begin]);
    },
    remove(owner: string, begin: Begin): void {
      keep(
        owner,
        (queues.get(owner) ?? []).filter((it) => it !== begin),
      );
    },
    next(): Begin | undefined {
      const [first] = queues;
      if (!first) return undefined;
      const [owner, [begin, ...rest]] = first;
      queues.delete(owner);
      keep(owner, rest);
      return begin;
    },
  };
}

function busy(waitMs: number | null): DomainError {
  return new DomainError('unavailable', 'The server is busy. Try again in a moment.', {
    retryAfterSeconds: retryAfter(waitMs),
  });
}

function tooMany(waitMs: number | null): DomainError {
  return new DomainError('rate_limited', 'Several of yours wait already. Try again in a moment.', {
    retryAfterSeconds: retryAfter(waitMs),
  });
}

const usualRetrySeconds = 2;
const maxRetrySeconds = 60;

/** When those who wait now will be done. */
function retryAfter(waitMs: number | null): number {
  if (waitMs === null) return usualRetrySeconds;
  return Math.min(Math.max(1, Math.ceil(waitMs / 1000)), maxRetrySeconds);
}
