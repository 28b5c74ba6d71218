import { createHmac } from 'node:crypto';
import type { TotpKeyRow } from '../../db/schema.ts';
import { isEqualSecret } from '../equal-secrets.ts';
import { base32 } from '../readable-secret.ts';

/** What every authenticator app knows: RFC 6238 with SHA-1, 30 seconds, six digits. */
const stepMs = 30_000;
const digits = 6;
/** Clocks differ, and people type slowly: the step before and the one after count too. */
const tolerance = 1;

/** 160 bits, as RFC 4226 recommends. */
export const totpKeyBytes = 20;

/** The code of a time step: HOTP (RFC 4226) with the step as its counter. */
export function totpCode(key: Uint8Array, step: number, length = digits): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** length;
  return String(number).padStart(length, '0');
}

export function stepOf(time: Date): number {
  return Math.floor(time.getTime() / stepMs);
}

/** The latest step around a time that a code belongs to; null when it is of none. */
export function findStep(key: Uint8Array, code: string, time: Date): number | null {
  let found: number | null = null;
  for (let step = stepOf(time) - tolerance; step <= stepOf(time) + tolerance; step += 1) {
    if (isEqualSecret(code, totpCode(key, step))) found = step;
  }
  return found;
}

/** What an authenticator app reads from a picture (the format that Google Authenticator began). */
export function otpauthUri(key: Uint8Array, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(key)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${digits}&period=${stepMs / 1000}`;
}

/** Whether an account has an authenticator that codes are asked of. */
export function isConfirmed(key: TotpKeyRow | null): boolean {
  return key !== null && key.confirmed_at !== null;
}
