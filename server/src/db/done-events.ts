import type { Db, Tx } from './database.ts';
import { insertIgnore } from './dialects.ts';
import { prepared } from './prepared.ts';

export type DoneEvent = { subscriber: string; eventId: number };

/** Whether a subscriber has handled an event. */
export async function isEventDone(db: Db, subscriber: string, eventId: number): Promise<boolean> {
  const found = await readDoneEvents(db, [{ subscriber, eventId }]);
  return found.size > 0;
}

/** Those of some pairs that were handled, by `doneKey`. */
export async function readDoneEvents(db: Db, events: readonly DoneEvent[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const subscribers = [...new Set(events.map(({ subscriber }) => subscriber))];
  const eventIds = events.map(({ eventId }) => eventId);
  const rows = await doneEvents(db, { subscribers, eventIds });
  return new Set(rows.map((row) => doneKey({ subscriber: row.subscriber, eventId: row.event_id })));
}

export function doneKey({ subscriber, eventId }: DoneEvent): string {
  return `${eventId} ${subscriber}`;
}

const doneEvents = prepared((db, args: { subscribers: string[]; eventIds: number[] }) =>
  db
    .selectFrom('done_events')
    .select(['subscriber', 'event_id'])
    .where('subscriber', 'in', args.subscribers)
    .where('event_id', 'in', args.eventIds),
);

/** Notes in the transaction with its result that a subscriber handled an event. False when another delivery did. */
export function markEventDone(
  tx: Tx,
  { subscriber, eventId, at }: { subscriber: string; eventId: number; at: string },
): Promise<boolean> {
  return insertIgnore(tx, 'done_events', { subscriber, event_id: eventId, done_at: at });
}

/** The same for several at once. One that another delivery handled meanwhile fails all, and the transaction runs again. */
export async function markEventsDone(
  tx: Tx,
  events: readonly DoneEvent[],
  at: string,
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ subscriber, eventId }) => ({
    subscriber,
    event_id: eventId,
    done_at: at,
  }));
  await tx.insertInto('done_events').values(rows).execute();
}

/** Forgets which events were handled before a time. */
export async function deleteDoneEventsBefore(tx: Tx, time: Date): Promise<void> {
  await tx.deleteFrom('done_events').where('done_at', '<', time.toISOString()).execute();
}
