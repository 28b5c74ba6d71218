import {
  accountId,
  bigint,
  flag,
  idOf,
  integer,
  json,
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
    id: integer,
    /** As the client names it. */
    device_id: text(128),
    /** Null for one that nobody has signed in on. */
    account_id: nullable(accountId('deleted')),
    /** Where it was registered from: pushes end with that session. Null: with nothing but the account. */
    session_id: nullable(idOf('sessions')),
    type: text(128),
    /** Of the push service: an FCM token, or a Web Push subscription as JSON. */
    token: nullable(text()),
    /** SHA-256 of the token, or of a subscription's endpoint, hex: no two devices share one. */
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
    /** What is told of once, however often it happens: `liked:<post>`, `followed:<account>`, `mentioned:<post>`. */
    group_key: text(64),
    kind: oneOf('followed', 'liked', 'mentioned'),
    /** Who did it; null where several did. */
    actor_id: nullable(accountId('deleted')),
    /** JSON: some of those who did it, the latest first. */
    actor_ids: json,
    /** How many did it; 0 for what was taken back, which is told to nobody. */
    actor_count: integer,
    post_id: nullable(idOf('posts')),
    /** Place in the list. Of one account's keys, the higher was committed later. */
    notification_key: bigint,
    created_at: time,
    /** When devices were told of it last. */
    pushed_at: nullable(time),
  },
});

export const notification_settings = table({
  kind: 'content',
  key: ['account_id'],
  owner: 'account_id',
  columns: {
    account_id: accountId('deleted'),
    /** The last key that was given out. Whoever takes the next holds this row until it commits. */
    last_key: bigint,
    /** Everything up to this key was seen. */
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
    /** The template may be gone. */
    template_id: idOf('event_templates'),
    /** Who is not told; null for the operator of the program. The account may be gone. */
    creator_id: nullable(accountId({ keptBecause: 'the event is the group’s, not its creator’s' })),
    /** With the placeholders filled in. */
    text: text(),
    created_at: time,
    /** When the last member was told; null while pushes are still to be written. */
    pushed_at: nullable(time),
  },
});
