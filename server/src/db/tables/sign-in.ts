import { accountId, bigint, idOf, integer, json, nullable, table, text, time } from './table.ts';

export const sessions = table({
  kind: 'secret',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: integer,
    account_id: accountId('deleted'),
    audience: text(32),
    /** Random part of every refresh token of this session; 32 hex digits. */
    seed: text(32),
    /** How often the refresh token was rotated; the token of a lower generation is a replay. */
    generation: integer,
    /** The highest generation whose access token was used; null where nobody noted it, before 0008. */
    used_generation: nullable(integer),
    /** The generation whose refresh token the newest was given for; null where nobody noted it, before 0014. */
    parent_generation: nullable(integer),
    device: text(255),
    address: text(64),
    created_at: time,
    last_used_at: time,
    expires_at: time,
    ended_at: nullable(time),
    /** The app password that opened it, and ends it when it is deleted. */
    app_password_id: nullable(idOf('app_passwords')),
  },
});

/** Something that somebody may use once to prove a thing; the secret itself is worked out of `seed` and the server's key. */
export const verifications = table({
  kind: 'secret',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: integer,
    /** Null where nobody is known yet. */
    account_id: nullable(accountId('deleted')),
    purpose: text(32),
    /** What is proved: an e-mail, a number; empty where there is nothing to name. */
    subject: text(254),
    /** JSON, of a shape that the purpose knows. */
    details: json,
    /** 32 hex digits. */
    seed: text(32),
    tries_left: integer,
    created_at: time,
    expires_at: time,
    used_at: nullable(time),
    /** The session that asked for it, and ends it; null: it is bound to none. */
    session_id: nullable(idOf('sessions')),
  },
});

export const totp_keys = table({
  kind: 'secret',
  key: ['account_id'],
  owner: 'account_id',
  columns: {
    account_id: accountId('deleted'),
    /** Encrypted under the server's key. */
    sealed_key: text(255),
    /** The time step of the last code that was used: no step works twice. */
    last_step: bigint,
    created_at: time,
    /** Null until the owner has shown a code: it does not protect the account yet. */
    confirmed_at: nullable(time),
  },
});

export const recovery_codes = table({
  kind: 'secret',
  key: ['account_id', 'code_hash'],
  owner: 'account_id',
  columns: {
    account_id: accountId('deleted'),
    code_hash: text(64),
    used_at: nullable(time),
  },
});

export const passkeys = table({
  kind: 'secret',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: integer,
    account_id: accountId('deleted'),
    /** Base64url, as the authenticator names it. */
    credential_id: text(512),
    /** COSE key, base64url. */
    public_key: text(),
    counter: bigint,
    /** Separated by commas: `internal,hybrid`. */
    transports: text(255),
    name: text(100),
    created_at: time,
    last_used_at: nullable(time),
  },
});

export const app_passwords = table({
  kind: 'secret',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: integer,
    account_id: accountId('deleted'),
    name: text(100),
    password_hash: text(64),
    /** Of the account's password when it was made: it ends with that password. */
    owner_mark: text(64),
    created_at: time,
    last_used_at: nullable(time),
  },
});
