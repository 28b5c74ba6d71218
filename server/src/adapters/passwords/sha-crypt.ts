import { createHash } from 'node:crypto';

export type ShaCryptAlgorithm = 'sha256' | 'sha512';

/** Parts of a hash `$5$rounds=<n>$<salt>$<digest>` or `$6$…`; rounds may be left out and are then 5,000. */
export type ShaCrypt = {
  algorithm: ShaCryptAlgorithm;
  rounds: number;
  salt: string;
  digest: string;
};

/** Digits of the base 64 that crypt(3) and phpass write, from 0 on. */
export const cryptDigits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The digest that a password has under sha256_crypt or sha512_crypt, in its own base 64. Busy all the time: for a thread of
 * its own. Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6, whose names of the values are kept.
 */
export function shaCryptDigest(
  password: string,
  { algorithm, rounds, salt }: Omit<ShaCrypt, 'digest'>,
): string {
  const sha = hasher(algorithm);
  const [key, saltBytes] = [Buffer.from(password), Buffer.from(salt)];
  const a = digestA(sha, key, saltBytes);
  const p = stretched(sha(repeated(key, key.length)), key.length);
  const s = stretched(sha(repeated(saltBytes, 16 + (a[0] ?? 0))), saltBytes.length);
  let c = a;
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = round % 2 === 1;
    const parts = [isOdd ? p : c];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(isOdd ? c : p);
    c = sha(parts);
  }
  return algorithm === 'sha256' ? encoded256(c) : encoded512(c);
}

type Sha = (parts: readonly Buffer[]) => Buffer;

function hasher(algorithm: ShaCryptAlgorithm): Sha {
  return (parts) => {
    const hash = createHash(algorithm);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
}

function digestA(sha: Sha, key: Buffer, salt: Buffer): Buffer {
  const b = sha([key, salt, key]);
  const parts = [key, salt, stretched(b, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits % 2 === 1 ? b : key);
  return sha(parts);
}

function repeated(part: Buffer, times: number): Buffer[] {
  return Array.from({ length: times }, () => part);
}

/** A digest again and again, cut to a length. */
function stretched(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

/** Ten groups of three bytes from the thirds of the digest, which take turns in leading, and one of the last two. */
function encoded256(digest: Buffer): string {
  const groups = groupsOf(digest, 10, (group, i) => rotated(group, 3 - (i % 3)));
  return groups + digitsOf([0, digest[31] ?? 0, digest[30] ?? 0], 3);
}

/** 21 groups, whose thirds take turns the other way around, and the last byte. */
function encoded512(digest: Buffer): string {
  const groups = groupsOf(digest, 21, (group, i) => rotated(group, i % 3));
  return groups + digitsOf([0, 0, digest[63] ?? 0], 2);
}

function groupsOf(
  digest: Buffer,
  count: number,
  turned: (group: number[], i: number) => number[],
): string {
  return Array.from({ length: count }, (_, i) => {
    const group = [i, i + count, i + 2 * count].map((at) => digest[at] ?? 0);
    return digitsOf(turned(group, i), 4);
  }).join('');
}

function rotated(group: number[], by: number): number[] {
  return [...group.slice(by), ...group.slice(0, by)];
}

function digitsOf([high = 0, middle = 0, low = 0]: readonly number[], count: number): string {
  const bits = (high << 16) | (middle << 8) | low;
  return Array.from({ length: count }, (_, i) => cryptDigits.charAt((bits >> (6 * i)) & 63)).join(
    '',
  );
}
