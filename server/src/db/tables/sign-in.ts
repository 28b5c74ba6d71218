import {
  accountId,
  bigint,
  integer,
  json,
  longIdOf,
  nullable,
  table,
  text,
  time,
} from './table.ts';

export const sessions = table({
  kind: 'secret',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: bigint,
    account_id: accountId('deleted'),
    audience: text(32),
    /** Random part of every refresh token of the session; 32 hex digits. */
    seed: text(32),
    /** How often the refresh token was rotated; the token of a lower generation is a replay. */
    generation: integer,
    /** The highest generation whose access token was used; null for sessions from before 0008. */
    used_generation: nullable(integer),
    /** The generation whose refresh token was exchanged for the newest; null for sessions from before 0014. */
    parent_generation: nullable(integer),
    device: text(255),
    address: text(64),
    created_at: time,
    last_used_at: time,
    expires_at: time,
    ended_at: nullable(time),
    /** The app password that opened it; deleting that ends the session. */
    app_password_id: nullable(longIdOf('app_passwords')),
  },
});

/** Links, codes and challenges that work once; the secret itself is derived from `seed` and the server's key. */
export const verifications = table({
  kind: 'secret',
  key: ['id'],
  owner: 'account_id',
  columns: {
    id: bigint,
    /** Null while the account is not known. */
    account_id: nullable(accountId('deleted')),
    purpose: text(32),
    /** What it proves: an e-mail address, a phone number; empty for purposes without one. */
    subject: text(254),
    /** JSON; the shape depends on the purpose. */
    details: json,
    /** 32 hex digits. */
    seed: text(32),
    tries_left: integer,
    created_at: time,
    expires_at: time,
    used_at: nullable(time),
    /** The session that requested it, and whose end cancels it; null: it is bound to none. */
    session_id: nullable(longIdOf('sessions')),
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
    /** The time step of the last code that was used: a code works once. */
    last_step: bigint,
    created_at: time,
    /** Null until the owner has entered a code: until then it does not protect the account. */
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
    id: bigint,
    account_id: accountId('deleted'),
    /** The authenticator's id of it, base64url. */
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
    id: bigint,
    account_id: accountId('deleted'),
    name: text(100),
    password_hash: text(64),
    /** Fingerprint of the account's password at creation: the app password ends with that password. */
    owner_mark: text(64),
    created_at: time,
    last_used_at: nullable(time),
  },
});
