import type { Database } from '../db/database.ts';
import { appendToOutbox, isEventDone, markEventDone } from '../db/outbox.ts';
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

export type Worker = (message: BusMessage) => Promise<void>;

const maxAttempts = 12;

/** Delay before the next attempt, in ms: doubles from 1 s, ± 25 %, at most 1 h. Null after 12 attempts. */
export function retryDelayMs(attempts: number, chance: number): number | null {
  if (attempts >= maxAttempts) return null;
  const delay = Math.min(1000 * 2 ** (attempts - 1), 3_600_000);
  return Math.round(delay * (0.75 + chance / 2));
}

/**
 * Runs the subscribers of an event. One that fails is put back into the outbox for itself alone, so the others are not
 * repeated; after the last attempt its row stays, set aside.
 */
export function worker({ database, now, subscriptions, chance, log }: Needs): Worker {
  async function run(subscriber: Subscriber<Topic>, message: BusMessage): Promise<void> {
    if (await isEventDone(database, subscriber.name, message.id)) return;
    const mark = { subscriber: subscriber.name, eventId: message.id, at: now().toISOString() };
    let isWritten = false;
    const write: WriteOnce = async (work) => {
      await database.transaction(async (tx) => {
        if (await markEventDone(tx, mark)) await work(tx);
      });
      isWritten = true;
    };
    await subscriber.run(message.payload as never, write);
    if (!isWritten) await write(async () => {});
  }

  async function putBack(name: string, message: BusMessage, error: unknown): Promise<void> {
    const attempts = message.attempts + 1;
    const delayMs = retryDelayMs(attempts, chance());
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
    if (delayMs === null) log.error(details, 'a job failed for the last time and is set aside');
    else log.warn({ ...details, delayMs }, 'a job failed and will be repeated');
  }

  return async (message) => {
    const all = subscriptions[message.topic as Topic] as
      | ReadonlyArray<Subscriber<Topic>>
      | undefined;
    if (!all) {
      log.error(
        { topic: message.topic, eventId: message.id },
        'an event of an unknown topic is dropped',
      );
      return;
    }
    for (const subscriber of all) {
      if (message.subscriber !== null && message.subscriber !== subscriber.name) continue;
      try {
        await run(subscriber, message);
      } catch (error) {
        await putBack(subscriber.name, message, error);
      }
    }
  };
}
