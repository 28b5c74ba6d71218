import { randomBytes } from 'node:crypto';

/** Base32 of RFC 4648: no 0 and O, no 1 and I; people copy it from paper. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding, as authenticator apps take it. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
      value &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}

/** A secret of whole bytes for people to type: `abcd-efgh-…`, five bits to a character. */
export function newReadableSecret(bytes: number): string {
  const text = base32(randomBytes(bytes)).toLowerCase();
  return text.replace(/.{4}(?=.)/g, '$&-');
}

/** A readable secret without what people put in between, whatever its case; null when it is none of that many bytes. */
export function plainSecret(typed: string, bytes: number): string | null {
  const plain = typed.replace(/[\s-]/g, '').toLowerCase();
  return plain.length === Math.ceil((bytes * 8) / 5) && /^[a-z2-7]+$/.test(plain) ? plain : null;
}
