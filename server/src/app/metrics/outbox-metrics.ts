import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../../db/database.ts';
import { type OutboxLoad, readOutboxLoad } from '../../db/outbox-reads.ts';

/** The outbox is read no more often, however many scrape. */
const freshMs = 5000;
/** A database that does not answer must not keep Prometheus waiting. */
const maxWaitMs = 3000;

/**
 * What waits in the outbox. Every process reports the same, so that one that lives is enough: take the maximum.
 * @param now in ms
 */
export function outboxMetrics(registry: Registry, database: Database, now: () => number): void {
  const labelNames = ['topic'] as const;
  const waiting = gauge('rookery_outbox_events', 'Events that wait for their jobs.');
  const age = gauge('rookery_outbox_oldest_seconds', 'Age of the oldest event that waits.');
  const dead = gauge('rookery_dead_letters', 'Jobs that failed for the last time.');
  const up = new Gauge({
    name: 'rookery_database_up',
    help: 'Whether the database answered the last question about the outbox.',
    registers: [registry],
    collect: refresh,
  });
  let readAt = Number.NEGATIVE_INFINITY;

  function gauge(name: string, help: string): Gauge<'topic'> {
    return new Gauge({ name, help, labelNames, registers: [registry], collect: refresh });
  }

  let reading: Promise<void> | null = null;

  /** Called for each of the gauges, at the same time. */
  function refresh(): Promise<void> {
    if (performance.now() - readAt < freshMs) return Promise.resolve();
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  }

  async function read(): Promise<void> {
    try {
      show(await within(maxWaitMs, readOutboxLoad(database)));
      up.set(1);
    } catch {
      // What is old is not shown as if it were new; the request that failed has logged why.
      show([]);
      up.set(0);
    }
    readAt = performance.now();
  }

  function show(topics: readonly OutboxLoad[]): void {
    for (const each of [waiting, age, dead]) each.reset();
    for (const { topic, waiting: count, oldestAt, dead: deadCount } of topics) {
      waiting.set({ topic }, count);
      dead.set({ topic }, deadCount);
      const ageMs = oldestAt === null ? 0 : now() - Date.parse(oldestAt);
      age.set({ topic }, Math.max(0, ageMs / 1000));
    }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
