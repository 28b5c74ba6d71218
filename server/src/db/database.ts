import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { type ConnectionLoad, loadOf } from './connection-load.ts';
import { remainingMs, waitAtMost, withoutBudget } from './deadline.ts';
import {
  type Engine,
  type EngineName,
  type EngineOptions,
  engineOf,
  isConstraint,
} from './dialects.ts';
import { StaleRead, WriteConflict } from './errors.ts';
import { tellFacts } from './facts.ts';
import { isRetryable } from './outages.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { isRefusedName } from './postgres-statements.ts';
import { queryLog } from './query-channel.ts';
import type { RowListener, RowWatch } from './row-watch.ts';
import type { Schema } from './schema.ts';
import { askForTransaction, markTransaction } from './sqlite-driver.ts';
import type { Db, Tx } from './tx.ts';

export type { Db, EngineName, RowWatch, Tx };

/** What a transaction tells others once it is committed. */
export type CommitMessage = { topic: string; payload: unknown };

export type Database = Db & {
  readonly engine: EngineName;
  /** True when no other process shares the database. */
  readonly isEmbedded: boolean;
  /**
   * Calls `listener` at each such write of this process to an embedded database, before its commit; until that, reads wait.
   * Never on a database that several processes share.
   */
  watchRows(watch: RowWatch, listener: RowListener): void;
  /** Tells the listeners of `watchRows` if another process has written to an embedded database since this was asked. */
  noticeOthers(): void;
  /**
   * Makes this process the one worker of an embedded database until it ends. True means that the process that had a lease before
   * is gone; false that another worker lives, or that nobody can tell.
   */
  takeWorkerSeat(): boolean;
  /** The whole query builder: for migrations and the seed alone. */
  readonly kysely: Kysely<Schema>;
  /**
   * Runs `work` in one transaction and commits; an error rolls everything back. On a deadlock, a busy database, a
   * serialization failure, a violated constraint or a `StaleRead` the whole function runs again, so it must do nothing
   * outside the transaction, and should decide by what it reads inside of it.
   * @throws WriteConflict when constraints or stale reads do not end
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls `listener` after each commit that wrote to the outbox, with the new events; with none where something else is due. */
  onEvents(listener: EventListener): void;
  /** Calls `listener` with each message of `sendAfterCommit`, after the commit. */
  onMessage(listener: (message: CommitMessage) => void): void;
  /** How busy the connections are. */
  load(): ConnectionLoad;
  close(): Promise<void>;
};

type EventListener = (written: readonly OutboxEntry[]) => void;

/** For how long a transaction is tried again, unless its request may wait no longer. */
const retryForMs = 10_000;
const maxDelayMs = 500;
/** How often a transaction decides; the other writer is usually done after the first time. */
const maxDecisions = 5;
const eventsOf = new WeakMap<object, OutboxEntry[]>();
const messagesOf = new WeakMap<object, CommitMessage[]>();

/**
 * Opens the database that an address names; `sqlite::memory:` is one in memory.
 * @param poolSize how many connections a server database is asked for at once
 * @throws Error when the address is not understood
 */
export function openDatabase(
  url: string,
  poolSize = 10,
  options: Pick<EngineOptions, 'isPatient'> = {},
): Database {
  return databaseOn(engineOf(url, { poolSize, ...options }));
}

/** The database that an engine reaches. */
export function databaseOn(engine: Engine): Database {
  const kysely = new Kysely<Schema>({ dialect: engine.dialect, ...queryLog() });
  const eventListeners: EventListener[] = [];
  const messageListeners: Array<(message: CommitMessage) => void> = [];

  async function attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    let events: readonly OutboxEntry[] | undefined;
    let messages: readonly CommitMessage[] = [];
    let isKept: Promise<void> | undefined;
    let committed: object | undefined;
    const result = await askForTransaction(() =>
      kysely.transaction().execute(async (tx) => {
        isKept = engine.commitUnderWay();
        const value = await markTransaction(tx, () => work(tx));
        events = eventsOf.get(tx);
        messages = messagesOf.get(tx) ?? [];
        committed = tx;
        return value;
      }),
    );
    await isKept;
    tellFacts(committed);
    withoutBudget(() => {
      if (events) for (const listener of eventListeners) listener(events);
      for (const message of messages) for (const listener of messageListeners) listener(message);
    });
    return result;
  }

  return {
    engine: engine.name,
    isEmbedded: engine.isEmbedded,
    watchRows: (watch, listener) => engine.watchRows(watch, listener),
    noticeOthers: () => engine.noticeOthers(),
    takeWorkerSeat: () => engine.takeWorkerSeat(),
    kysely,
    selectFrom: kysely.selectFrom.bind(kysely),
    executeQuery: kysely.executeQuery.bind(kysely),
    getExecutor: kysely.getExecutor.bind(kysely),
    transaction: (work) => withRetry(() => attempt(work)),
    onEvents: (listener) => void eventListeners.push(listener),
    onMessage: (listener) => void messageListeners.push(listener),
    load: () => loadOf(engine.dialect),
    close: () => kysely.destroy(),
  };
}

/** Notes that the transaction wrote an event, or null: made others due, so that its commit wakes the relay. */
export function noteEvent(tx: Tx, entry: OutboxEntry | null): void {
  const events = eventsOf.get(tx) ?? [];
  if (entry) events.push(entry);
  eventsOf.set(tx, events);
}

/** Sends a message once the transaction is committed; never when it is rolled back or the process ends before that. */
export function sendAfterCommit(tx: Tx, message: CommitMessage): void {
  messagesOf.set(tx, [...(messagesOf.get(tx) ?? []), message]);
}

async function withRetry<T>(run: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + Math.min(retryForMs, remainingMs());
  let decisions = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof StaleRead || isConstraint(error)) {
        decisions += 1;
        if (decisions === maxDecisions) throw new WriteConflict(error);
      } else if (Date.now() > deadline || !(isRetryable(error) || isRefusedName(error)))
        throw error;
      // Full jitter: those who collided must not meet again.
      const delayMs = Math.random() * Math.min(10 * 2 ** attempt, maxDelayMs);
      if (delayMs >= remainingMs()) throw error;
      await waitAtMost(() => sleep(delayMs), { limitMs: maxDelayMs, giveUp() {} });
    }
  }
}
