import {
  accountId,
  bigint,
  flag,
  idOf,
  integer,
  json,
  longIdOf,
  nullable,
  oneOf,
  table,
  text,
  time,
} from './table.ts';

export const devices = table({
  kind: 'content',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: bigint,
    /** The client's id of the device. */
    device_id: text(128),
    /** Null until somebody signs in on the device. */
    account_id: nullable(accountId('deleted')),
    /** The session that registered it: pushes end with it. Null: they end with the account alone. */
    session_id: nullable(longIdOf('sessions')),
    type: text(128),
    /** An FCM token, or a Web Push subscription as JSON. */
    token: nullable(text()),
    /** Keyed hash of the token, or of a subscription's endpoint; plain SHA-256 in old rows. No two devices share one. */
    token_hash: nullable(text(64)),
    is_active: flag,
    created_at: time,
    updated_at: time,
  },
});

export const notifications = table({
  kind: 'content',
  key: ['account_id', 'group_key'],
  owner: 'account_id',
  columns: {
    account_id: accountId('deleted'),
    /** Events with the same key share a notification: `liked:<post>`, `followed:<account>`, `mentioned:<post>`. */
    group_key: text(64),
    kind: oneOf('followed', 'liked', 'mentioned', 'replied'),
    /** The account that did it; null if there are several. */
    actor_id: nullable(accountId('deleted')),
    /** JSON: ids of some accounts that did it, the latest first. */
    actor_ids: json,
    /** How many accounts did it; 0 after all was undone, when nobody sees the notification. */
    actor_count: integer,
    post_id: nullable(idOf('posts')),
    /** Place in the list. Of one account's keys, the higher was committed later. */
    notification_key: bigint,
    created_at: time,
    /** When it was last pushed to devices. */
    pushed_at: nullable(time),
  },
});

export const notification_settings = table({
  kind: 'content',
  key: ['account_id'],
  owner: 'account_id',
  columns: {
    account_id: accountId('deleted'),
    /** The last key that was assigned. A transaction that takes the next one locks this row until its commit. */
    last_key: bigint,
    /** Everything up to this key was read. */
    read_key: bigint,
    /** JSON: kinds that are not pushed. */
    muted_pushes: json,
  },
});

export const groups = table({
  kind: 'content',
  key: ['id'],
  owner: null,
  columns: {
    id: integer,
    name: text(100),
    /** Folded: no two groups share a name. */
    name_key: text(254),
    member_count: integer,
    created_at: time,
  },
});

export const group_members = table({
  kind: 'content',
  key: ['group_id', 'account_id'],
  owner: 'account_id',
  columns: { group_id: idOf('groups'), account_id: accountId('deleted'), created_at: time },
});

export const event_templates = table({
  kind: 'content',
  key: ['id'],
  owner: null,
  columns: {
    id: integer,
    name: text(100),
    /** Folded: no two templates share a name. */
    name_key: text(254),
    /** With the placeholders `{1}`, `{2}` and `{3}`. */
    text: text(),
    created_at: time,
  },
});

export const group_events = table({
  kind: 'content',
  key: ['id'],
  owner: null,
  columns: {
    id: integer,
    group_id: idOf('groups'),
    /** The template may be deleted. */
    template_id: idOf('event_templates'),
    /** The creator, who is not notified; null for the operator of the program. The account may be deleted. */
    creator_id: nullable(accountId({ keptBecause: 'the event is the group’s, not its creator’s' })),
    /** With the placeholders filled in. */
    text: text(),
    created_at: time,
    /** When pushes to all members were written; null before. */
    pushed_at: nullable(time),
  },
});
