import { randomInt } from 'node:crypto';
import { currentCause } from './cause.ts';
import { changedOne } from './changed-one.ts';
import { type Database, noteEvent, type Tx } from './database.ts';
import { insertIgnore } from './dialects.ts';
import { eventLocks, lockDueEvents, lockUntouched, readDueEvents } from './event-locks.ts';
import { noteFact } from './facts.ts';
import { entryOf, entryWith, maxRandomId, type OutboxEntry } from './outbox-entry.ts';
import { preparedWrite } from './prepared.ts';
import type { OutboxRow } from './schema.ts';

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

/**
 * Writes an event in the transaction that caused it, with the request behind it; after the commit the relay takes it from there, from
 * memory where it can.
 */
export async function appendToOutbox(tx: Tx, entry: NewEntry): Promise<void> {
  // Random, not leased: an event is written amid a transaction, where a lease would make all writers queue.
  const row = rowOf(entry, randomInt(1, maxRandomId));
  await insertEvent(tx, row);
  // A repeat is due later, when the relay looks by itself.
  if (entry.repeat) return;
  noteFact(tx, 'event', entry.topic);
  noteEvent(tx, entryWith(row, entry.payload));
}

/** Writes an event under an id of its own, unless it is there. */
export async function appendOnce(tx: Tx, entry: NewEntry, id: number): Promise<void> {
  const row = rowOf(entry, id);
  if (!(await insertIgnore(tx, 'outbox', row))) return;
  noteFact(tx, 'event', entry.topic);
  noteEvent(tx, entryWith(row, entry.payload));
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
 * What becomes of an event that was found: it is handled in the same transaction, together with others; claimed, to be handled alone;
 * or left where it is.
 */
export type Way = 'together' | 'alone' | 'left';

/** Handles events, all of them or none; their rows are deleted with what it writes. */
export type WriteEvents = (tx: Tx, entries: readonly OutboxEntry[]) => Promise<void>;

type Claim = {
  now: string;
  leaseUntil: string;
  /** How many rows are looked at. */
  limit: number;
  /** How many of them are claimed at most. Default: all. */
  room?: number;
  /** Topics that may be handled together; what is of none of them is not looked at when there is no room. */
  topics?: readonly string[];
  /** Default: each is claimed. */
  wayOf?: (entry: OutboxEntry) => Way;
  write?: WriteEvents;
};

/** `claimed` is the caller's until the lease ends, `handled` is done; `isFull` when there may be more. */
export type Taken = { claimed: OutboxEntry[]; handled: OutboxEntry[]; isFull: boolean };

const nothing: Taken = { claimed: [], handled: [], isFull: false };

/**
 * Takes due events, oldest first, in one transaction: some are handled in it, others are claimed until `leaseUntil`, so that nobody
 * else gets them before that time. Workers that look at the same moment find different ones (`event-locks.ts`).
 */
export async function takeFromOutbox(database: Database, claim: Claim): Promise<Taken> {
  const { now, leaseUntil, limit, room = limit, topics = [], wayOf = () => 'alone' } = claim;
  const locks = await eventLocks(database);
  const look = { now, limit, topics: room > 0 ? null : topics, locks };
  // Where nobody has to be kept out, who finds nothing opens no transaction.
  if (locks === 'none' && (await readDueEvents(database, look)).length === 0) return nothing;
  return database.transaction(async (tx) => {
    const rows = await lockDueEvents(tx, look);
    const entries: OutboxEntry[] = [];
    for (const row of rows) {
      const entry = entryOf(row);
      if (entry) entries.push(entry);
      else await markDeadLetter(tx, row.id, { at: now, error: 'Its payload is no JSON.' });
    }
    const ways = Map.groupBy(entries, wayOf);
    const handled = ways.get('together') ?? [];
    const claimed = (ways.get('alone') ?? []).slice(0, room);
    await claimEvents(tx, idsOf(claimed), leaseUntil);
    if (handled.length > 0) await claim.write?.(tx, handled);
    await deleteFromOutbox(tx, idsOf(handled));
    const isAny = handled.length + claimed.length + (ways.get('left')?.length ?? 0) > 0;
    return { claimed, handled, isFull: rows.length === limit && isAny };
  });
}

/** Handles events that this process wrote a moment ago; left out are those that another has taken by now. */
export async function handleHandedOver(
  database: Database,
  entries: readonly OutboxEntry[],
  write: WriteEvents,
): Promise<OutboxEntry[]> {
  const locks = await eventLocks(database);
  return database.transaction(async (tx) => {
    const untouched = await lockUntouched(tx, idsOf(entries), locks);
    const handled = entries.filter(({ id }) => untouched.has(id));
    await write(tx, handled);
    await deleteFromOutbox(tx, idsOf(handled));
    return handled;
  });
}

function idsOf(entries: readonly OutboxEntry[]): number[] {
  return entries.map(({ id }) => id);
}

async function claimEvents(tx: Tx, ids: readonly number[], leaseUntil: string): Promise<void> {
  if (ids.length > 0) await claimRows(tx, { ids: [...ids], leaseUntil });
}

const claimRows = preparedWrite((tx, args: { ids: number[]; leaseUntil: string }) =>
  tx
    .updateTable('outbox')
    .set((eb) => ({ due_at: args.leaseUntil, claims: eb('claims', '+', 1) }))
    .where('id', 'in', args.ids),
);

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

/** Notes that a broker has some events; somebody may claim them again from a time on, and they then have lost one claim. */
export async function markQueued(tx: Tx, ids: readonly number[], dueAt: string): Promise<void> {
  if (ids.length > 0) await queueRows(tx, { ids: [...ids], dueAt });
}

const queueRows = preparedWrite((tx, args: { ids: number[]; dueAt: string }) =>
  tx.updateTable('outbox').set({ due_at: args.dueAt, claims: 1 }).where('id', 'in', args.ids),
);

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

/** Removes entries that were handled. */
export async function deleteFromOutbox(tx: Tx, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await deleteRows(tx, { ids: [...ids] });
}

const deleteRows = preparedWrite((tx, args: { ids: number[] }) =>
  tx.deleteFrom('outbox').where('id', 'in', args.ids),
);

/** Makes a dead letter due again, with all its attempts before it. False when there is none. */
export async function retryDeadLetter(tx: Tx, id: number, dueAt: string): Promise<boolean> {
  const isDue = await changedOne(
    tx
      .updateTable('outbox')
      .set({ set_aside_at: null, attempts: 0, claims: 0, due_at: dueAt })
      .where('id', '=', id)
      .where('set_aside_at', 'is not', null),
  );
  if (isDue) noteEvent(tx, null);
  return isDue;
}

/** Deletes a dead letter; what should have followed never will. False when there is none. */
export async function dropDeadLetter(tx: Tx, id: number): Promise<boolean> {
  return changedOne(
    tx.deleteFrom('outbox').where('id', '=', id).where('set_aside_at', 'is not', null),
  );
}
