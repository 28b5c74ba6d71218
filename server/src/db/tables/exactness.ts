import {
  accountId,
  bigint,
  generatedId,
  integer,
  json,
  nullable,
  table,
  text,
  time,
} from './table.ts';

export const idempotency_keys = table({
  kind: 'queue',
  key: ['account_id', 'key'],
  owner: 'account_id',
  columns: {
    /** The account that may repeat the request; 0 for anonymous requests. */
    account_id: accountId({ keptBecause: 'a key is forgotten within a day' }),
    key: text(64),
    operation: text(32),
    fingerprint: text(64),
    /** The id of what the request made, in the table that its operation writes. */
    result_id: bigint,
    created_at: time,
  },
});

export const outbox = table({
  kind: 'queue',
  key: ['id'],
  owner: null,
  columns: {
    id: bigint,
    topic: text(64),
    /** JSON of the event's payload. */
    payload: json,
    /** Null: for every subscriber of the topic. A name: a retry for this one alone. */
    subscriber: nullable(text(64)),
    /** The event that a retry belongs to; equals `id` on the first try. */
    event_id: bigint,
    attempts: integer,
    /** How often it was claimed; more than once if a worker died with it. */
    claims: integer,
    due_at: time,
    set_aside_at: nullable(time),
    last_error: nullable(text()),
    created_at: time,
    /** Of the request that caused the event; null if none did. */
    request_id: nullable(text(64)),
    /** Of the trace that the request belongs to (W3C Trace Context). */
    trace_parent: nullable(text(64)),
  },
});

export const done_events = table({
  kind: 'queue',
  key: ['subscriber', 'event_id'],
  owner: null,
  columns: { subscriber: text(64), event_id: bigint, done_at: time },
});

export const broadcasts = table({
  kind: 'transient',
  key: ['id'],
  owner: null,
  columns: {
    /** Its order does not depend on the clocks of the processes. */
    id: generatedId,
    /** The process that sent it, which does not read it. */
    sender: text(36),
    topic: text(64),
    payload: json,
    created_at: time,
  },
});

export const id_ranges = table({
  kind: 'counter',
  key: ['name'],
  owner: null,
  columns: {
    /** The table whose ids are leased. */
    name: text(32),
    next_id: bigint,
  },
});
