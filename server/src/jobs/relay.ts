import { causedBy, causedUntilDone } from '../db/cause.ts';
import type { Database } from '../db/database.ts';
import {
  claimOutbox,
  deleteFromOutbox,
  extendLease,
  giveBackClaim,
  markQueued,
  type OutboxEntry,
  releaseLeases,
} from '../db/outbox.ts';
import { hourMs, minuteMs } from '../domain/durations.ts';
import { logLimit } from '../domain/log-limit.ts';
import type { Bus, Now } from '../domain/ports.ts';
import type { JobLog } from './worker.ts';

type Needs = {
  database: Database;
  bus: Bus;
  now: Now;
  log: JobLog;
  /** How many events are under way at once. */
  concurrency: number;
};

export type Relay = {
  /** Begins to carry events, after each commit that wrote one and once a second. */
  start(): void;
  /** Carries everything that is due by now, and resolves when it is done. For tests and commands. */
  drain(): Promise<void>;
  /** Takes no more, and resolves when what was taken is done. */
  stop(): Promise<void>;
};

/**
 * After a crash, an event that was in flight is taken again when this has passed; at the start of the only worker of an
 * embedded database at once.
 */
const leaseMs = 30_000;
const renewalMs = 10_000;
const intervalMs = 1000;
const logEveryMs = 30_000;
/** What a broker has had for so long may be lost there, and is handed to it again if nothing waits in its queue. */
const queuedMs = 10 * minuteMs;
/** An event that is so old is handed to it again in any case: the queue of a busy server is never empty. */
const oldMs = hourMs;
/** After a failure of the bus, nothing is handed to it for so long. */
const pauseMs = 1000;

/** Carries events from the outbox to the bus. A row is deleted only when its event was handled. */
export function relay({ database, bus, now, log, concurrency }: Needs): Relay {
  const inFlight = new Set<Promise<void>>();
  const mayLog = logLimit(logEveryMs);
  let claiming: Promise<void> | null = null;
  let isStopped = true;
  /** When nothing waited with the broker. */
  let emptyAt = Number.NEGATIVE_INFINITY;
  let hasNudge = false;
  let pause: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;

  function leaseEnd(): string {
    return new Date(now().getTime() + leaseMs).toISOString();
  }

  async function renew(id: number): Promise<void> {
    await database
      .transaction((tx) => extendLease(tx, id, leaseEnd()))
      .catch((err: unknown) => log.warn({ err }, 'a lease could not be renewed'));
  }

  /** What is logged and written meanwhile belongs to the request that caused the event. */
  function carry(entry: OutboxEntry): Promise<void> {
    return causedUntilDone(entry.cause, () => handOver(entry));
  }

  async function handOver(entry: OutboxEntry): Promise<void> {
    const renewal = setInterval(() => void renew(entry.id), renewalMs);
    try {
      const { eventId: id, topic, payload, subscriber, attempts, lostClaims, cause } = entry;
      // What was begun here again and again without an end may be what ends the process.
      const redeliveries = lostClaims;
      if (await mayWait(entry)) return await giveBack(entry.id, queuedMs);
      const event = { id, topic, payload, subscriber, attempts, redeliveries, cause };
      const state = await bus.publish({ ...event, rowId: entry.id });
      await database.transaction((tx) =>
        state === 'handled'
          ? deleteFromOutbox(tx, entry.id)
          : markQueued(tx, entry.id, againAt(entry)),
      );
    } catch (err) {
      const { topic, eventId } = entry;
      // One line per pause: with the broker, all that is under way fails.
      if (!pause) log.warn({ topic, eventId, err }, 'an event could not be handed on; it stays');
      await giveBack(entry.id, pauseMs);
      pauseAWhile();
    } finally {
      clearInterval(renewal);
    }
  }

  /** Whether an event that was claimed before may still be with the broker. */
  async function mayWait({ lostClaims, createdAt }: OutboxEntry): Promise<boolean> {
    if (lostClaims === 0 || ageOf(createdAt) > oldMs) return false;
    // The first that is published again must not make the others wait.
    const wasEmpty = () => now().getTime() - emptyAt < queuedMs;
    if (wasEmpty()) return false;
    if ((await bus.countWaiting()) > 0) return !wasEmpty();
    emptyAt = now().getTime();
    return false;
  }

  /** Later each time, so that a queue that nobody empties does not fill with repeats. */
  function againAt({ createdAt }: OutboxEntry): string {
    const delayMs = Math.max(queuedMs, ageOf(createdAt));
    return new Date(now().getTime() + delayMs).toISOString();
  }

  function ageOf(time: string): number {
    return now().getTime() - Date.parse(time);
  }

  /** Without this, the row would stay claimed for the rest of its lease. */
  async function giveBack(id: number, delayMs: number): Promise<void> {
    const dueAt = new Date(now().getTime() + delayMs).toISOString();
    await database
      .transaction((tx) => giveBackClaim(tx, id, dueAt))
      .catch((err: unknown) => log.warn({ err }, 'a claim runs out later'));
  }

  function pauseAWhile(): void {
    pause ??= setTimeout(() => {
      pause = undefined;
      nudge();
    }, pauseMs);
  }

  /** Claims as many as may be in flight. Returns how many it got. */
  async function claimSome(): Promise<number> {
    const entries = await claimOutbox(database, {
      now: now().toISOString(),
      leaseUntil: leaseEnd(),
      limit: concurrency - inFlight.size,
    });
    for (const entry of entries) {
      const done = carry(entry).finally(() => {
        inFlight.delete(done);
        nudge();
      });
      inFlight.add(done);
    }
    return entries.length;
  }

  function hasRoom(): boolean {
    return !isStopped && !pause && inFlight.size < concurrency;
  }

  function nudge(): void {
    if (!hasRoom()) return;
    hasNudge = true;
    // Also called by the request that wrote an event.
    claiming ??= causedBy(null, claimWhileNudged).finally(() => {
      claiming = null;
    });
  }

  async function takeOver(): Promise<void> {
    try {
      if (!database.takeWorkerSeat()) return;
      await database.transaction((tx) => releaseLeases(tx, now().toISOString()));
    } catch (err) {
      log.warn({ err }, 'the jobs of a stopped worker wait until their leases end');
    }
  }

  async function claimWhileNudged(): Promise<void> {
    while (hasNudge && hasRoom()) {
      hasNudge = false;
      await claimSome().catch((err: unknown) => {
        // It is asked once a second, also while the database is away.
        const leftOut = mayLog('outbox');
        if (leftOut !== null) log.warn({ err, leftOut }, 'the outbox could not be read');
      });
    }
  }

  return {
    start() {
      isStopped = false;
      database.onEvents(nudge);
      timer = setInterval(nudge, intervalMs);
      claiming = takeOver().finally(() => {
        claiming = null;
        nudge();
      });
    },
    async drain() {
      for (;;) {
        // A commit may have woken another claim, which takes what this one would have found.
        await claiming;
        await Promise.all(inFlight);
        if ((await claimSome()) === 0 && inFlight.size === 0 && claiming === null) return;
      }
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await claiming;
      await Promise.all(inFlight);
      clearTimeout(pause);
    },
  };
}
