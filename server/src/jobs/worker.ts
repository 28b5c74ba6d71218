import { channel, tracingChannel } from 'node:diagnostics_channel';
import { causedUntilDone } from '../db/cause.ts';
import type { Database } from '../db/database.ts';
import { isEventDone, markEventDone } from '../db/done-events.ts';
import { appendToOutbox } from '../db/outbox.ts';
import { hourMs } from '../domain/durations.ts';
import { DomainError } from '../domain/errors.ts';
import type { Topic } from '../domain/events.ts';
import type { BusMessage, Now } from '../domain/ports.ts';
import type { Subscriber, Subscriptions, WriteOnce } from './subscriptions.ts';

type Needs = {
  database: Database;
  now: Now;
  subscriptions: Subscriptions;
  chance: () => number;
  log: JobLog;
};

/** What the jobs report; `app/` decides where it goes. */
export type JobLog = {
  warn(details: Record<string, unknown>, message: string): void;
  error(details: Record<string, unknown>, message: string): void;
};

/** How a subscriber fared with an event. */
export type JobRun = {
  subscriber: string;
  outcome: 'done' | 'retried' | 'dead';
  ms: number;
};

/** Hears of each run of a subscriber, a `JobRun`; without a listener nothing is made. */
export const jobChannel = channel('rookery:job');

/** A subscriber that runs. */
export type RunningJob = { subscriber: string; topic: string; eventId: number; attempts: number };

/** Hears of the beginning and the end of each run, a `RunningJob`; without a listener nothing is made. */
export const jobTracing = tracingChannel<unknown, RunningJob>('rookery:running-job');

export type Worker = (message: BusMessage) => Promise<void>;

const maxAttempts = 12;

/** An event that was handed over so often without an end may be what ends its workers. */
const maxRedeliveries = 3;

const maxDelayMs = hourMs;

/**
 * Delay before the next attempt, in ms: doubles from 1 s, ± 25 %, at most 1 h, and is no shorter than a machine outside
 * asked for. Null after 12 attempts.
 */
export function retryDelayMs(attempts: number, chance: number, askedForMs = 0): number | null {
  if (attempts >= maxAttempts) return null;
  const delay = Math.min(1000 * 2 ** (attempts - 1), maxDelayMs) * (0.75 + chance / 2);
  return Math.round(Math.max(delay, Math.min(askedForMs, maxDelayMs)));
}

function waitAskedFor(error: unknown): number {
  return error instanceof DomainError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
}

/**
 * Runs the subscribers of an event. One that fails is put back into the outbox for itself alone, so the others are not
 * repeated; after the last attempt its row stays as a dead letter.
 */
export function worker({ database, now, subscriptions, chance, log }: Needs): Worker {
  async function run(subscriber: Subscriber<Topic>, message: BusMessage): Promise<void> {
    const isOnly = message.isOnly === true && subscriptions[message.topic as Topic].length === 1;
    if (!isOnly && (await isEventDone(database, subscriber.name, message.id))) return;
    const mark = { subscriber: subscriber.name, eventId: message.id, at: now().toISOString() };
    let isWritten = false;
    const write: WriteOnce = async (work) => {
      await database.transaction(async (tx) => {
        if (await markEventDone(tx, mark)) await work(tx);
      });
      isWritten = true;
    };
    if ('write' in subscriber) {
      return write((tx) => subscriber.write(tx, message.payload as never));
    }
    await subscriber.run(message.payload as never, write, message.id);
    // The end of an event's only subscriber is the end of its row.
    if (!isWritten && !isOnly) await write(async () => {});
  }

  function traced(subscriber: Subscriber<Topic>, message: BusMessage): Promise<void> {
    if (!jobTracing.hasSubscribers) return run(subscriber, message);
    const { topic, id: eventId, attempts } = message;
    const job: RunningJob = { subscriber: subscriber.name, topic, eventId, attempts };
    return jobTracing.tracePromise(() => run(subscriber, message), job);
  }

  /** @returns whether it is a dead letter now */
  async function putBack(
    name: string | null,
    message: BusMessage,
    error: unknown,
  ): Promise<boolean> {
    const attempts = message.attempts + 1;
    const delayMs = retryDelayMs(attempts, chance(), waitAskedFor(error));
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const at = now();
    await database.transaction((tx) =>
      appendToOutbox(tx, {
        topic: message.topic,
        payload: message.payload,
        dueAt: new Date(at.getTime() + (delayMs ?? 0)).toISOString(),
        createdAt: at.toISOString(),
        repeat: {
          subscriber: name,
          eventId: message.id,
          attempts,
          error: reason.slice(0, 2000),
          isLast: delayMs === null,
        },
      }),
    );
    const details = {
      topic: message.topic,
      subscriber: name,
      eventId: message.id,
      attempts,
      err: error,
    };
    if (delayMs === null)
      log.error(
        details,
        'a job failed for the last time and is now a dead letter; see `rookery outbox list`',
      );
    else log.warn({ ...details, delayMs }, 'a job failed and will be repeated');
    return delayMs === null;
  }

  /** @throws Error when there is nobody: a newer version may have written the event, so it must not be lost */
  function subscribersOf({ topic, subscriber }: BusMessage): ReadonlyArray<Subscriber<Topic>> {
    const all: Partial<Record<string, ReadonlyArray<Subscriber<Topic>>>> = subscriptions;
    const named = all[topic]?.filter(({ name }) => subscriber === null || name === subscriber);
    if (named === undefined) throw new Error(`Nobody knows events of the topic ${topic}.`);
    if (subscriber !== null && named.length === 0)
      throw new Error(`No subscriber is named ${subscriber}.`);
    return named;
  }

  function checkRedeliveries({ redeliveries = 0 }: BusMessage): void {
    if (redeliveries <= maxRedeliveries) return;
    throw new Error(`It was begun ${redeliveries} times, and each time its worker was gone.`);
  }

  async function handle(message: BusMessage): Promise<void> {
    let subscribers: ReadonlyArray<Subscriber<Topic>>;
    try {
      checkRedeliveries(message);
      subscribers = subscribersOf(message);
    } catch (error) {
      await putBack(message.subscriber, message, error);
      return;
    }
    for (const subscriber of subscribers) {
      const since = performance.now();
      try {
        await traced(subscriber, message);
        tell(subscriber.name, 'done', since);
      } catch (error) {
        const isDead = await putBack(subscriber.name, message, error);
        tell(subscriber.name, isDead ? 'dead' : 'retried', since);
      }
    }
  }

  return (message) => causedUntilDone(message.cause ?? null, () => handle(message));
}

function tell(subscriber: string, outcome: JobRun['outcome'], since: number): void {
  if (!jobChannel.hasSubscribers) return;
  jobChannel.publish({ subscriber, outcome, ms: performance.now() - since } satisfies JobRun);
}
