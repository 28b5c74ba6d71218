import type { Cause } from './cause.ts';
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
  /** Whether nobody has claimed it, given it back or failed at it since it was written. */
  isUntouched: boolean;
  /** The request that it follows from; null: none is known. */
  cause: Cause | null;
  createdAt: string;
};

/** Greater ids are those of events that have one of their own, and may be written again after they were handled. */
export const maxRandomId = 2 ** 48 - 1;

/** Null when the payload is no JSON. */
export function entryOf(row: OutboxRow): OutboxEntry | null {
  try {
    return entryWith(row, JSON.parse(row.payload));
  } catch {
    return null;
  }
}

/** A row whose payload is known. */
export function entryWith(row: OutboxRow, payload: unknown): OutboxEntry {
  const { id, event_id: eventId, topic, subscriber, attempts, claims: lostClaims } = row;
  // A claim moves `due_at`, and no number that counts back moves it back.
  const isUntouched = lostClaims === 0 && attempts === 0 && row.due_at === row.created_at;
  const handing = { payload, subscriber, attempts, lostClaims, isUntouched };
  return { id, eventId, topic, ...handing, cause: causeOf(row), createdAt: row.created_at };
}

function causeOf({ request_id: requestId, trace_parent: traceParent }: OutboxRow): Cause | null {
  return requestId === null ? null : { requestId, traceParent };
}
