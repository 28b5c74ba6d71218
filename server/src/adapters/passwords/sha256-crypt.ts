import { createHash } from 'node:crypto';

/** Parts of a hash `$5$rounds=<n>$<salt>$<43 characters>`; rounds may be left out and are then 5,000. */
export type Sha256Crypt = { rounds: number; salt: string; digest: string };

const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The digest that a password has under sha256_crypt, in its own base 64. Busy all the time: for a thread of its own.
 * Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6, whose names of the values are kept.
 */
export function sha256CryptDigest(password: string, { rounds, salt }: Sha256Crypt): string {
  const [key, saltBytes] = [Buffer.from(password), Buffer.from(salt)];
  const a = digestA(key, saltBytes);
  const p = stretched(sha256(repeated(key, key.length)), key.length);
  const s = stretched(sha256(repeated(saltBytes, 16 + (a[0] ?? 0))), saltBytes.length);
  let c = a;
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = round % 2 === 1;
    const parts = [isOdd ? p : c];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(isOdd ? c : p);
    c = sha256(parts);
  }
  return encoded(c);
}

function digestA(key: Buffer, salt: Buffer): Buffer {
  const b = sha256([key, salt, key]);
  const parts = [key, salt, stretched(b, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits % 2 === 1 ? b : key);
  return sha256(parts);
}

function sha256(parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function repeated(part: Buffer, times: number): Buffer[] {
  return Array.from({ length: times }, () => part);
}

/** A digest again and again, cut to a length. */
function stretched(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

/** Ten groups of three bytes from the thirds of the digest, which take turns in leading, and one of the last two. */
function encoded(digest: Buffer): string {
  let text = '';
  for (let i = 0; i < 10; i += 1) {
    const group = [i, i + 10, i + 20].map((at) => digest[at] ?? 0);
    const turned = [...group.slice(3 - (i % 3)), ...group.slice(0, 3 - (i % 3))];
    text += digitsOf(turned, 4);
  }
  return text + digitsOf([0, digest[31] ?? 0, digest[30] ?? 0], 3);
}

function digitsOf([high = 0, middle = 0, low = 0]: readonly number[], count: number): string {
  const bits = (high << 16) | (middle << 8) | low;
  return Array.from({ length: count }, (_, i) => digits.charAt((bits >> (6 * i)) & 63)).join('');
}
