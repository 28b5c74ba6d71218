import { createHash, createPublicKey } from 'node:crypto';
import type { DeviceRow } from '../../db/schema.ts';
import { DomainError, invalid } from '../errors.ts';
import type { PushMessage, TokenSigner } from '../ports.ts';

/** Something that pushes reach, as its owner sees it. Its token is nobody's business. */
export type DeviceView = {
  deviceId: string;
  type: string;
  /** Whether pushes are sent to it: not after the session ended that it was registered from. */
  isActive: boolean;
  createdAt: string;
  updatedAt: string;
};

/** A Web Push subscription as browsers give it (W3C Push API, RFC 8291). */
export type WebSubscription = { endpoint: string; keys: { p256dh: string; auth: string } };

/** A token: its text, and the part of it that no two devices have in common. */
export type DeviceToken = { text: string; unique: string };

export type NewDevice = {
  /** As the client names it, 1 to 128 letters. */
  deviceId: string;
  /** `web` takes subscriptions, all others tokens of FCM. */
  type: string;
  /** Null: a device without one; undefined: it keeps the one it has. */
  token: DeviceToken | null | undefined;
};

/** An account keeps so many; the one that was not heard of for the longest is dropped. */
export const maxDevices = 50;

const maxTokenLength = 4096;
const maxTitleLength = 100;
/** Of what a push says. */
export const maxBodyLength = 300;

/** The token of an app. @throws DomainError `invalid` (token) */
export function appToken(token: string): DeviceToken {
  if (token === '' || token.length > maxTokenLength) {
    throw invalid('token', `must be 1 to ${maxTokenLength} characters long`);
  }
  return { text: token, unique: token };
}

/** A browser's subscription, kept as JSON. Two with one endpoint are the same. @throws DomainError `invalid` (token) */
export function webToken({ endpoint, keys }: WebSubscription): DeviceToken {
  if (!URL.canParse(endpoint)) throw invalid('token.endpoint', 'is not an address');
  const { protocol, username, password, href } = new URL(endpoint);
  if (protocol !== 'https:' || username !== '' || password !== '') {
    throw invalid('token.endpoint', 'must be an https address without a user');
  }
  checkKeys(keys);
  const { p256dh, auth } = keys;
  const text = JSON.stringify({ endpoint: href, keys: { p256dh, auth } });
  if (text.length > maxTokenLength) {
    throw invalid('token', `must not be longer than ${maxTokenLength} characters as JSON`);
  }
  return { text, unique: href };
}

/**
 * What a token is found by, which is too long for an index: the first is what a new row has. Rows from before
 * carry a plain digest, until their device registers again.
 */
export function tokenHashes(
  tokens: Pick<TokenSigner, 'mac'>,
  { unique }: DeviceToken,
): [current: string, former: string] {
  return [tokens.mac(`push token ${unique}`), createHash('sha256').update(unique).digest('hex')];
}

/** Checked now, so that pushes do not fail forever because of an invalid key. */
function checkKeys({ p256dh, auth }: WebSubscription['keys']): void {
  const point = Buffer.from(p256dh, 'base64url');
  if (!isPoint(point)) throw invalid('token.keys.p256dh', 'is not a P-256 public key');
  if (Buffer.from(auth, 'base64url').length !== 16) {
    throw invalid('token.keys.auth', 'must be 16 bytes in base64url');
  }
}

function isPoint(point: Buffer): boolean {
  if (point.length !== 65 || point[0] !== 4) return false;
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  try {
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

/** Short enough for every push service: they take 4 kB, encrypted. */
export function clipped(
  message: Pick<PushMessage, 'title' | 'body'>,
): Pick<PushMessage, 'title' | 'body'> {
  return {
    title: clip(message.title, maxTitleLength),
    body: clip(message.body, maxBodyLength),
  };
}

function clip(text: string, maxLength: number): string {
  const letters = Array.from(text);
  return letters.length <= maxLength ? text : `${letters.slice(0, maxLength - 1).join('')}…`;
}

/** @param hasLiveSession whether somebody is signed in with it */
export function deviceViewOf(row: DeviceRow, hasLiveSession: boolean): DeviceView {
  return {
    deviceId: row.device_id,
    type: row.type,
    isActive: row.is_active === 1 && row.token !== null && hasLiveSession,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The error about a device that is somebody else's, or nobody's. */
export function noSuchDevice(): DomainError {
  return new DomainError('not_found', 'There is no such device.');
}
