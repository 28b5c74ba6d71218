import { causedUntilDone } from '../db/cause.ts';
import type { Database } from '../db/database.ts';
import { deleteFromOutbox, extendLease, giveBackClaim, markQueued } from '../db/outbox.ts';
import type { OutboxEntry } from '../db/outbox-entry.ts';
import { hourMs, minuteMs } from '../domain/durations.ts';
import type { Bus, Now } from '../domain/ports.ts';
import { gathering } from './gathering.ts';
import type { JobLog } from './worker.ts';

type Needs = {
  database: Database;
  bus: Bus;
  now: Now;
  log: JobLog;
  /** Told that the bus failed; true when it is the first time for a while. */
  onFailure: () => boolean;
};

/** After a failure of the bus, nothing is handed to it for so long. */
export const pauseMs = 1000;

/**
 * After a crash, an event that was in flight is taken again when this has passed; at the start of the only worker of an
 * embedded database at once.
 */
const leaseMs = 30_000;
const renewalMs = 10_000;
/** What a broker has had for so long may be lost there, and is handed to it again if nothing waits in its queue. */
const queuedMs = 10 * minuteMs;
/** An event that is so old is handed to it again in any case: the queue of a busy server is never empty. */
const oldMs = hourMs;

type Carrying = {
  /** Hands a claimed event to the bus, and notes what became of it. */
  carry: (entry: OutboxEntry) => Promise<void>;
  /** When a claim of this moment ends. */
  leaseEnd: () => string;
};

/** Carries claimed events to the bus. A row is deleted only when its event was handled. */
export function carrying({ database, bus, now, log, onFailure }: Needs): Carrying {
  const { markDone, markWithBroker } = ends(database);
  /** When nothing waited with the broker. */
  let emptyAt = Number.NEGATIVE_INFINITY;

  function leaseEnd(): string {
    return after(leaseMs);
  }

  function after(ms: number): string {
    return new Date(now().getTime() + ms).toISOString();
  }

  async function renew(id: number): Promise<void> {
    await database
      .transaction((tx) => extendLease(tx, id, leaseEnd()))
      .catch((err: unknown) => log.warn({ err }, 'a lease could not be renewed'));
  }

  async function handOver(entry: OutboxEntry): Promise<void> {
    const renewal = setInterval(() => void renew(entry.id), renewalMs);
    try {
      const { eventId: id, topic, payload, subscriber, attempts, lostClaims, cause } = entry;
      // What was begun here again and again without an end may be what ends the process.
      const redeliveries = lostClaims;
      if (await mayWait(entry)) return await giveBack(entry.id, queuedMs);
      const event = { id, topic, payload, subscriber, attempts, redeliveries, cause };
      const state = await bus.publish({ ...event, rowId: entry.id, isOnly: entry.isUntouched });
      if (state === 'handled') await markDone(entry.id);
      else await markWithBroker({ id: entry.id, dueAt: againAt(entry) });
    } catch (err) {
      const { topic, eventId } = entry;
      // One line per pause: with the broker, all that is under way fails.
      if (onFailure())
        log.warn({ topic, eventId, err }, 'an event could not be handed on; it stays');
      await giveBack(entry.id, pauseMs);
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
    return after(Math.max(queuedMs, ageOf(createdAt)));
  }

  function ageOf(time: string): number {
    return now().getTime() - Date.parse(time);
  }

  /** Without this, the row would stay claimed for the rest of its lease. */
  async function giveBack(id: number, delayMs: number): Promise<void> {
    await database
      .transaction((tx) => giveBackClaim(tx, id, after(delayMs)))
      .catch((err: unknown) => log.warn({ err }, 'a claim runs out later'));
  }

  // What is logged and written meanwhile belongs to the request that caused the event.
  return { leaseEnd, carry: (entry) => causedUntilDone(entry.cause, () => handOver(entry)) };
}

/** Notes the ends of many events in one transaction. */
function ends(database: Database) {
  const markDone = gathering<number>((ids) =>
    database.transaction((tx) => deleteFromOutbox(tx, inOrder(ids))),
  );
  const markWithBroker = gathering<{ id: number; dueAt: string }>((queued) =>
    database.transaction(async (tx) => {
      for (const [dueAt, those] of Map.groupBy(queued, (it) => it.dueAt)) {
        await markQueued(tx, inOrder(those.map(({ id }) => id)), dueAt);
      }
    }),
  );
  return { markDone, markWithBroker };
}

/** In the order in which others lock rows, too. */
function inOrder(ids: readonly number[]): number[] {
  return ids.toSorted((a, b) => a - b);
}
