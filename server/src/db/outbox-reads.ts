import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Whether an entry is still to be handled. */
export async function isInOutbox(db: Db, id: number): Promise<boolean> {
  const row = await db.selectFrom('outbox').select('id').where('id', '=', id).executeTakeFirst();
  return row !== undefined;
}

/** An entry that failed for the last time and waits for a person. */
export type DeadLetter = {
  id: number;
  eventId: number;
  topic: string;
  /** Null: all subscribers of the topic. */
  subscriber: string | null;
  attempts: number;
  error: string;
  deadLetterAt: string;
  /** Of the request that caused it; the log has more. */
  requestId: string | null;
};

/** Dead letters, oldest first. */
export async function listDeadLetters(db: Db): Promise<DeadLetter[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(['id', 'event_id', 'topic', 'subscriber', 'attempts', 'last_error', 'set_aside_at'])
    .select('request_id')
    .where('set_aside_at', 'is not', null)
    .orderBy('set_aside_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    eventId: row.event_id,
    topic: row.topic,
    subscriber: row.subscriber,
    attempts: row.attempts,
    error: row.last_error ?? '',
    deadLetterAt: row.set_aside_at ?? '',
    requestId: row.request_id,
  }));
}

/** How many events of a topic wait, since when, and how many are dead letters. */
export type OutboxLoad = { topic: string; waiting: number; oldestAt: string | null; dead: number };

/** What waits in the outbox, by topic. Reads every row, so ask it seldom. */
export async function readOutboxLoad(db: Db): Promise<OutboxLoad[]> {
  const rows = await db
    .selectFrom('outbox')
    .select((eb) => [
      'topic',
      eb.fn.count<number>('id').as('count'),
      eb.fn.count<number>('set_aside_at').as('dead'),
      sql<
        string | null
      >`min(case when ${eb.ref('set_aside_at')} is null then ${eb.ref('created_at')} end)`.as(
        'oldest_at',
      ),
    ])
    .groupBy('topic')
    .execute();
  return rows.map(({ topic, count, dead, oldest_at: oldestAt }) => ({
    topic,
    waiting: count - dead,
    oldestAt,
    dead,
  }));
}
