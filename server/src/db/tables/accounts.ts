import {
  accountId,
  bigint,
  idOf,
  integer,
  json,
  nullable,
  oneOf,
  table,
  text,
  time,
} from './table.ts';

export const accounts = table({
  kind: 'content',
  key: ['id'],
  owner: 'id',
  columns: {
    id: accountId('deleted'),
    /** As it was typed; the folded forms that must be unique are in `account_names`. */
    username: text(64),
    email: nullable(text(254)),
    email_verified_at: nullable(time),
    login_name: nullable(text(128)),
    /** In E.164 form (`+59898983510`); an unverified number can only come from an import. */
    phone: nullable(text(20)),
    phone_verified_at: nullable(time),
    /** Language of mails and messages to the account. */
    language: text(8),
    last_login_at: nullable(time),
    display_name: text(255),
    /** The beginning of the display name, folded, for search; written by the store alone. */
    display_name_key: text(64),
    bio: text(),
    role: oneOf('user', 'moderator', 'admin'),
    /** Argon2id in PHC form, or the hash of an older system after an import; null for an account without a password. */
    password_hash: nullable(text(255)),
    /** When its owner last chose a password by a mailed link; null: never. */
    recovered_at: nullable(time),
    avatar_media_id: nullable(idOf('media')),
    /** The profile picture that is being processed; it replaces the other when it is ready. */
    next_avatar_media_id: nullable(idOf('media')),
    post_count: integer,
    follower_count: integer,
    following_count: integer,
    /** Bytes of the originals that the account keeps, for its quota. */
    media_bytes: bigint,
    created_at: time,
    updated_at: time,
    disabled_at: nullable(time),
    deleted_at: nullable(time),
  },
});

export const account_names = table({
  kind: 'content',
  key: ['name_key'],
  owner: 'account_id',
  columns: {
    /** Case-folded username, e-mail or login name, or a verified phone number. The primary key: no two accounts share a name of any kind. */
    name_key: text(254),
    account_id: accountId('deleted'),
    kind: oneOf('username', 'email', 'login_name', 'phone'),
  },
});

/** What clients of an older contract keep about their user; created at the first login there, or the first change. */
export const user_documents = table({
  kind: 'content',
  key: ['account_id'],
  owner: 'account_id',
  columns: {
    account_id: accountId('deleted'),
    /** JSON: the keys that were ever set. */
    content: json,
    last_login_at: nullable(time),
    /** The last login; null after signing out. */
    active_since: nullable(time),
  },
});

/** Accounts at identity providers. */
export const identities = table({
  kind: 'content',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: bigint,
    account_id: accountId('deleted'),
    issuer: text(255),
    subject: text(255),
    email: nullable(text(254)),
    created_at: time,
    last_used_at: time,
  },
});

export const audit_log = table({
  kind: 'content',
  key: ['id'],
  owner: null,
  columns: {
    /** Ordered by time, see domain/paging.ts. */
    id: bigint,
    action: text(64),
    /** The account that was affected. */
    account_id: nullable(accountId({ keptBecause: 'the log outlives the accounts in it' })),
    /** The account that did it; null for anonymous requests, and for the operator of the program. */
    actor_id: nullable(accountId({ keptBecause: 'the log outlives the accounts in it' })),
    address: text(64),
    details: json,
    created_at: time,
  },
});
