import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import { type Cause, currentCause } from './cause.ts';
import { changedOne } from './changed-one.ts';
import { type Database, type Db, noteEvent, type Tx } from './database.ts';
import { insertIgnore } from './dialects.ts';
import { noteFact } from './facts.ts';
import { preparedWrite } from './prepared.ts';
import type { OutboxRow } from './schema.ts';

/** An event that waits to be delivered: to all subscribers of its topic, or to one that failed before. */
export type OutboxEntry = {
  id: number;
  eventId: number;
  topic: string;
  payload: unknown;
  subscriber: string | null;
  attempts: number;
  /** How often somebody claimed it before and was gone before its end. */
  lostClaims: number;
  /** The request that it follows from; null: none is known. */
  cause: Cause | null;
  createdAt: string;
};

export type NewEntry = {
  topic: string;
  payload: unknown;
  dueAt: string;
  createdAt: string;
  /** For a repeat: who failed, at which event, how often, and why. */
  repeat?: {
    subscriber: string | null;
    eventId: number;
    attempts: number;
    error: string;
    isLast: boolean;
  };
};

/** Writes an event in the transaction that caused it, with the request behind it; after the commit the relay takes it from there. */
export async function appendToOutbox(tx: Tx, entry: NewEntry): Promise<void> {
  // Random, not leased: an event is written amid a transaction, where a lease would make all writers queue.
  const id = randomInt(1, maxRandomId);
  await insertEvent(tx, rowOf(entry, id));
  if (!entry.repeat) noteFact(tx, 'event', entry.topic);
  noteEvent(tx);
}

/** Greater ids are those of events that have one of their own. */
const maxRandomId = 2 ** 48 - 1;

/** Writes an event under an id of its own, unless it is there. */
export async function appendOnce(tx: Tx, entry: NewEntry, id: number): Promise<void> {
  if (!(await insertIgnore(tx, 'outbox', rowOf(entry, id)))) return;
  noteFact(tx, 'event', entry.topic);
  noteEvent(tx);
}

function rowOf(entry: NewEntry, id: number): OutboxRow {
  const cause = currentCause();
  return {
    id,
    topic: entry.topic,
    payload: JSON.stringify(entry.payload),
    subscriber: entry.repeat?.subscriber ?? null,
    event_id: entry.repeat?.eventId ?? id,
    attempts: entry.repeat?.attempts ?? 0,
    claims: 0,
    due_at: entry.dueAt,
    set_aside_at: entry.repeat?.isLast ? entry.createdAt : null,
    last_error: entry.repeat?.error ?? null,
    created_at: entry.createdAt,
    request_id: cause?.requestId ?? null,
    trace_parent: cause?.traceParent ?? null,
  };
}

const insertEvent = preparedWrite((tx, row: OutboxRow) => tx.insertInto('outbox').values(row));

/**
 * Claims up to `limit` due entries, oldest first, until `leaseUntil`; nobody else gets them before that time.
 * Selects some and then takes each by a conditional update on what it saw: the same SQL on every engine.
 */
export async function claimOutbox(
  database: Database,
  { now, leaseUntil, limit }: { now: string; leaseUntil: string; limit: number },
): Promise<OutboxEntry[]> {
  const rows = await database
    .selectFrom('outbox')
    .selectAll()
    .where('set_aside_at', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  if (rows.length === 0) return [];
  return database.transaction(async (tx) => {
    const claimed: OutboxEntry[] = [];
    for (const row of rows) {
      const isClaimed = await changedOne(
        tx
          .updateTable('outbox')
          .set({ due_at: leaseUntil, claims: row.claims + 1 })
          .where('id', '=', row.id)
          .where('due_at', '=', row.due_at),
      );
      if (!isClaimed) continue;
      const entry = entryOf(row);
      if (entry) claimed.push(entry);
      else await markDeadLetter(tx, row.id, { at: now, error: 'Its payload is no JSON.' });
    }
    return claimed;
  });
}

async function markDeadLetter(
  tx: Tx,
  id: number,
  { at, error }: { at: string; error: string },
): Promise<void> {
  const values = { set_aside_at: at, last_error: error };
  await tx.updateTable('outbox').set(values).where('id', '=', id).execute();
}

/** Keeps a claimed entry from others for longer, while it is still being handled. */
export async function extendLease(tx: Tx, id: number, leaseUntil: string): Promise<void> {
  await tx.updateTable('outbox').set({ due_at: leaseUntil }).where('id', '=', id).execute();
}

/** Notes that a broker has an event; somebody may claim it again from a time on, and it then has lost one claim. */
export async function markQueued(tx: Tx, id: number, dueAt: string): Promise<void> {
  const values = { due_at: dueAt, claims: 1 };
  await tx.updateTable('outbox').set(values).where('id', '=', id).execute();
}

/** Gives a claimed entry back whose turn has not really begun; somebody may take it from a time on. */
export async function giveBackClaim(tx: Tx, id: number, dueAt: string): Promise<void> {
  await tx
    .updateTable('outbox')
    .set((eb) => ({ due_at: dueAt, claims: eb('claims', '-', 1) }))
    .where('id', '=', id)
    .execute();
}

/**
 * Makes events due that a dead worker had claimed. Repeats keep their time: whether it is a lease or their delay cannot
 * be told, and nobody waits for them.
 */
export async function releaseLeases(tx: Tx, now: string): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ due_at: now })
    .where('set_aside_at', 'is', null)
    .where('due_at', '>', now)
    .where('attempts', '=', 0)
    .execute();
}

/** Whether an entry is still to be handled. */
export async function isInOutbox(db: Db, id: number): Promise<boolean> {
  const row = await db.selectFrom('outbox').select('id').where('id', '=', id).executeTakeFirst();
  return row !== undefined;
}

/** Removes an entry that was handled. */
export async function deleteFromOutbox(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('outbox').where('id', '=', id).execute();
}

/** Whether a subscriber has handled an event. */
export async function isEventDone(db: Db, subscriber: string, eventId: number): Promise<boolean> {
  const row = await db
    .selectFrom('done_events')
    .select('event_id')
    .where('subscriber', '=', subscriber)
    .where('event_id', '=', eventId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Notes in the transaction with its result that a subscriber handled an event. False when another delivery did. */
export function markEventDone(
  tx: Tx,
  { subscriber, eventId, at }: { subscriber: string; eventId: number; at: string },
): Promise<boolean> {
  return insertIgnore(tx, 'done_events', { subscriber, event_id: eventId, done_at: at });
}

/** Forgets which events were handled before a time. */
export async function deleteDoneEventsBefore(tx: Tx, time: Date): Promise<void> {
  await tx.deleteFrom('done_events').where('done_at', '<', time.toISOString()).execute();
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

/** Makes a dead letter due again, with all its attempts before it. False when there is none. */
export async function retryDeadLetter(tx: Tx, id: number, dueAt: string): Promise<boolean> {
  const isDue = await changedOne(
    tx
      .updateTable('outbox')
      .set({ set_aside_at: null, attempts: 0, claims: 0, due_at: dueAt })
      .where('id', '=', id)
      .where('set_aside_at', 'is not', null),
  );
  if (isDue) noteEvent(tx);
  return isDue;
}

/** Deletes a dead letter; what should have followed never will. False when there is none. */
export async function dropDeadLetter(tx: Tx, id: number): Promise<boolean> {
  return changedOne(
    tx.deleteFrom('outbox').where('id', '=', id).where('set_aside_at', 'is not', null),
  );
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

/** Null when the payload is no JSON. */
function entryOf(row: OutboxRow): OutboxEntry | null {
  const { id, event_id: eventId, topic, subscriber, attempts } = row;
  try {
    const payload: unknown = JSON.parse(row.payload);
    const claim = { lostClaims: row.claims, createdAt: row.created_at };
    const cause = causeOf(row);
    return { id, eventId, topic, payload, subscriber, attempts, ...claim, cause };
  } catch {
    return null;
  }
}

function causeOf({ request_id: requestId, trace_parent: traceParent }: OutboxRow): Cause | null {
  return requestId === null ? null : { requestId, traceParent };
}
