import { createHash } from 'node:crypto';
import { cryptDigits } from './sha-crypt.ts';

/** Parts of a hash `$P$` or `$H$`: a digit for the logarithm of the rounds, eight letters of salt, 22 of the digest. */
export type Phpass = { rounds: number; salt: string; digest: string };

/** The digest that a password has under phpass's portable hashes: MD5, again and again. For a thread of its own. */
export function phpassDigest(password: string, { rounds, salt }: Omit<Phpass, 'digest'>): string {
  const key = Buffer.from(password);
  let digest = md5(Buffer.from(salt), key);
  for (let round = 0; round < rounds; round += 1) digest = md5(digest, key);
  return encoded(digest);
}

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Groups of three bytes, the lowest first, as four digits; the byte that is left as two. */
function encoded(digest: Buffer): string {
  let text = '';
  for (let i = 0; i < digest.length; i += 3) {
    const group = digest.subarray(i, i + 3);
    const bits = group.reduce((sum, byte, at) => sum | (byte << (8 * at)), 0);
    for (let digit = 0; digit <= group.length; digit += 1) {
      text += cryptDigits.charAt((bits >> (6 * digit)) & 63);
    }
  }
  return text;
}
