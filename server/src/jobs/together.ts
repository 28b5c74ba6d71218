import { causedUntilDone } from '../db/cause.ts';
import type { Tx } from '../db/database.ts';
import { doneKey, markEventsDone, readDoneEvents } from '../db/done-events.ts';
import type { WriteEvents } from '../db/outbox.ts';
import { maxRandomId, type OutboxEntry } from '../db/outbox-entry.ts';
import type { Topic } from '../domain/events.ts';
import type { BusMessage } from '../domain/ports.ts';
import type { Subscriptions, WritingSubscriber } from './subscriptions.ts';
import { type JobRun, jobChannel, jobTracing } from './worker.ts';

type Event = Pick<BusMessage, 'topic' | 'payload' | 'cause'>;

/** Handles events whose subscribers only write rows: many in one transaction, which keeps all of it or nothing. */
export type EventsTogether = {
  topics: readonly string[];
  /** Whether an event is of this kind, and nobody can have handled it before. */
  takes(entry: OutboxEntry): boolean;
  write: WriteEvents;
  /** Whether a message of a broker is of this kind. */
  takesMessage(message: BusMessage): boolean;
  /** As `write`, for messages that may have been handled before: notes what is done, and leaves out what was. */
  writeOnce(tx: Tx, messages: readonly BusMessage[], at: string): Promise<void>;
  /** Tells that events were handled, and how long that took for all. */
  tell(events: ReadonlyArray<Pick<Event, 'topic'>>, ms: number): void;
};

export function eventsTogether(subscriptions: Subscriptions): EventsTogether {
  const byTopic = new Map<string, ReadonlyArray<WritingSubscriber<Topic>>>();
  for (const [topic, subscribers] of Object.entries(subscriptions)) {
    if (subscribers.every((each) => 'write' in each)) byTopic.set(topic, subscribers);
  }

  function subscribersOf({ topic }: Pick<Event, 'topic'>): ReadonlyArray<WritingSubscriber<Topic>> {
    return byTopic.get(topic) ?? [];
  }

  function takesTopic(topic: string): boolean {
    // Each run that is traced has a span of its own.
    return byTopic.has(topic) && !jobTracing.hasSubscribers;
  }

  function run(tx: Tx, subscriber: WritingSubscriber<Topic>, event: Event): Promise<unknown> {
    return causedUntilDone(event.cause ?? null, async () =>
      subscriber.write(tx, event.payload as never),
    );
  }

  /** Two workers that lock the same rows in another order would wait for one another. */
  function inOrder<E extends Event>(events: readonly E[]): E[] {
    const placeOf = (event: E) => subscribersOf(event)[0]?.locks?.(event.payload as never) ?? 0;
    return events
      .map((event) => ({ event, place: placeOf(event) }))
      .sort((a, b) => a.place - b.place)
      .map(({ event }) => event);
  }

  return {
    topics: [...byTopic.keys()],
    takes: ({ topic, isUntouched, eventId }) =>
      isUntouched && eventId <= maxRandomId && takesTopic(topic),
    takesMessage: ({ topic, subscriber, attempts, redeliveries = 0, rowId }) =>
      rowId !== undefined &&
      subscriber === null &&
      attempts + redeliveries === 0 &&
      takesTopic(topic),
    async write(tx, entries) {
      for (const entry of inOrder(entries)) {
        for (const subscriber of subscribersOf(entry)) await run(tx, subscriber, entry);
      }
    },
    async writeOnce(tx, messages, at) {
      const runs = inOrder(messages).flatMap((message) =>
        subscribersOf(message).map((subscriber) => ({ message, subscriber })),
      );
      const markOf = ({ message, subscriber }: (typeof runs)[number]) => ({
        subscriber: subscriber.name,
        eventId: message.id,
      });
      const done = await readDoneEvents(tx, runs.map(markOf));
      const left = runs.filter((it) => !done.has(doneKey(markOf(it))));
      await markEventsDone(tx, left.map(markOf), at);
      for (const { message, subscriber } of left) await run(tx, subscriber, message);
    },
    tell(events, ms) {
      if (!jobChannel.hasSubscribers) return;
      for (const event of events) {
        for (const { name: subscriber } of subscribersOf(event)) {
          const share = ms / events.length;
          jobChannel.publish({ subscriber, outcome: 'done', ms: share } satisfies JobRun);
        }
      }
    },
  };
}
