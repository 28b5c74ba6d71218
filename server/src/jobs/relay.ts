import { setImmediate as nextTurn } from 'node:timers/promises';
import { causedBy } from '../db/cause.ts';
import type { Database } from '../db/database.ts';
import {
  handleHandedOver,
  releaseLeases,
  takeFromOutbox,
  type Way,
  type WriteEvents,
} from '../db/outbox.ts';
import type { OutboxEntry } from '../db/outbox-entry.ts';
import { logLimit } from '../domain/log-limit.ts';
import type { Bus, Now } from '../domain/ports.ts';
import { carrying, pauseMs } from './carrying.ts';
import type { EventsTogether } from './together.ts';
import type { JobLog } from './worker.ts';

type Needs = {
  database: Database;
  bus: Bus;
  now: Now;
  log: JobLog;
  /** How many events are under way at once. */
  concurrency: number;
  /** What this process handles itself, many at once, instead of handing it to the bus. Default: nothing. */
  together?: EventsTogether | null;
};

export type Relay = {
  /** Begins to carry events, after each commit that wrote one and once a second. */
  start(): void;
  /** Carries everything that is due by now, and resolves when it is done. For tests and commands. */
  drain(): Promise<void>;
  /** Takes no more, and resolves when what was taken is done. */
  stop(): Promise<void>;
};

const intervalMs = 1000;
const logEveryMs = 30_000;
/** How many events one transaction takes, or handles. */
const batchSize = 64;
/** More than this many wait in the table alone. */
const maxHanded = 1000;

/**
 * Takes events from the outbox. Those that only write rows are handled here, many in one transaction: at once, as this process
 * has written them, or when they are found in the table. All others are claimed and handed to the bus.
 */
export function relay(needs: Needs): Relay {
  const { database, bus, now, log, concurrency, together = null } = needs;
  const inFlight = new Set<Promise<void>>();
  const mayLog = logLimit(logEveryMs);
  /** What this process has written and nobody handles yet, by row. */
  const handed = new Map<number, OutboxEntry>();
  /** Rows that were in a transaction that failed: each goes its own way, so that one does not take others with it. */
  const suspects = new Set<number>();
  const { carry, leaseEnd } = carrying({ database, bus, now, log, onFailure: pauseAWhile });
  let working: Promise<void> | null = null;
  let isStopped = true;
  let hasNudge = false;
  let pause: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;

  function pauseAWhile(): boolean {
    const isFirst = pause === undefined;
    pause ??= setTimeout(() => {
      pause = undefined;
      nudge();
    }, pauseMs);
    return isFirst;
  }

  /** Takes as much as may be in flight, and handles what can be handled together. Returns how many events that were. */
  async function takeSome({ isPaused = false } = {}): Promise<number> {
    const room = isPaused ? 0 : concurrency - inFlight.size;
    if (room <= 0 && !together) return 0;
    let tried: readonly OutboxEntry[] = [];
    const since = performance.now();
    const write: WriteEvents = async (tx, entries) => {
      tried = entries;
      await together?.write(tx, entries);
    };
    const claim = { now: now().toISOString(), leaseUntil: leaseEnd(), limit: batchSize };
    const ways = { topics: together?.topics ?? [], wayOf, write };
    try {
      const taken = await takeFromOutbox(database, { ...claim, ...ways, room });
      together?.tell(taken.handled, performance.now() - since);
      for (const entry of taken.claimed) send(entry);
      hasNudge ||= taken.isFull;
      return taken.claimed.length + taken.handled.length;
    } catch (err) {
      if (tried.length === 0) throw err;
      suspect(tried, err);
      return tried.length;
    }
  }

  function wayOf(entry: OutboxEntry): Way {
    if (handed.has(entry.id)) return 'left';
    return together?.takes(entry) && !suspects.has(entry.id) ? 'together' : 'alone';
  }

  /** Handles what was handed over, without a claim. */
  async function handleHanded(): Promise<void> {
    const entries = [...handed.values()].slice(0, batchSize);
    const since = performance.now();
    try {
      const handled = await handleHandedOver(database, entries, (tx, those) =>
        together ? together.write(tx, those) : Promise.resolve(),
      );
      together?.tell(handled, performance.now() - since);
    } catch (err) {
      suspect(entries, err);
      // A database that is away would hold up the end once per batch; the rows wait for the next process.
      if (isStopped) handed.clear();
    }
    for (const { id } of entries) handed.delete(id);
  }

  /** From now on each of these goes its own way. */
  function suspect(entries: readonly OutboxEntry[], err: unknown): void {
    for (const { id } of entries) suspects.add(id);
    hasNudge = true;
    const leftOut = mayLog('together');
    if (leftOut === null) return;
    log.warn(
      { err, leftOut },
      'events failed that were handled together; now each is handled alone',
    );
  }

  function send(entry: OutboxEntry): void {
    suspects.delete(entry.id);
    const done = carry(entry).finally(() => {
      inFlight.delete(done);
      nudge();
    });
    inFlight.add(done);
  }

  /** Hears of what this process has written. */
  function hear(written: readonly OutboxEntry[]): void {
    if (isStopped) return;
    for (const entry of written) {
      if (together?.takes(entry) && handed.size < maxHanded) handed.set(entry.id, entry);
      else hasNudge = true;
    }
    if (written.length === 0) hasNudge = true;
    wake();
  }

  function nudge(): void {
    if (isStopped) return;
    hasNudge = true;
    wake();
  }

  function wake(): void {
    // Also called by the request that wrote an event.
    working ??= causedBy(null, workWhileWoken).finally(() => {
      working = null;
      if (handed.size > 0) wake();
    });
  }

  async function workWhileWoken(): Promise<void> {
    // Writers of one moment are told one after the other.
    await nextTurn();
    while (handed.size > 0 || (hasNudge && hasWork())) {
      if (handed.size > 0) await handleHanded();
      if (!hasNudge || !hasWork()) continue;
      hasNudge = false;
      await takeSome({ isPaused: pause !== undefined }).catch((err: unknown) => {
        // It is asked once a second, also while the database is away.
        const leftOut = mayLog('outbox');
        if (leftOut !== null) log.warn({ err, leftOut }, 'the outbox could not be read');
      });
    }
  }

  /** Whether anything that is found can be taken. */
  function hasWork(): boolean {
    return !isStopped && (together !== null || (!pause && inFlight.size < concurrency));
  }

  async function takeOver(): Promise<void> {
    try {
      if (!database.takeWorkerSeat()) return;
      await database.transaction((tx) => releaseLeases(tx, now().toISOString()));
    } catch (err) {
      log.warn({ err }, 'the jobs of a stopped worker wait until their leases end');
    }
  }

  return {
    start() {
      isStopped = false;
      database.onEvents(hear);
      timer = setInterval(nudge, intervalMs);
      working = takeOver().finally(() => {
        working = null;
        nudge();
      });
    },
    async drain() {
      for (;;) {
        // A commit may have woken somebody else, who takes what this would have found.
        await working;
        await Promise.all(inFlight);
        if ((await takeSome()) === 0 && inFlight.size === 0 && working === null) return;
      }
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await working;
      await Promise.all(inFlight);
      clearTimeout(pause);
    },
  };
}
