import { createCipheriv, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { OldHash } from './old-hash.ts';

/** What one check may ask for: OWASP's strongest has N = 2^17, r = 8, p = 1, which takes 128 MiB. */
const maxWork = 2 ** 20;
const maxRoundsLog2 = 17;

/** `scrypt:N:r:p$salt$hash` of Werkzeug, which Flask uses: the salt is text, the hash 64 bytes in hex. */
export function werkzeugScrypt(hash: string): OldHash | null {
  const form = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2})\$([^$\s]{1,64})\$([0-9a-f]{128})$/;
  const [, n, r, p, salt = '', digest = ''] = form.exec(hash) ?? [];
  const cost = costOf(Number(n), Number(r), Number(p));
  if (!cost) return null;
  const expected = Buffer.from(digest, 'hex');
  return async (password) => {
    const key = await derive(password, { salt: Buffer.from(salt), bytes: 64, cost });
    return timingSafeEqual(key, expected);
  };
}

/**
 * `$fbscrypt$v=1,n=14,r=8,p=1,ss=<salt separator>,sk=<signer key>$<salt>$<hash>`, all in base 64: a hash of Firebase with the
 * parameters of its project. There scrypt gives a key by which the project's signer key is encrypted, and that is the hash.
 */
export function firebaseScrypt(hash: string): OldHash | null {
  const base64 = '([A-Za-z0-9+/]{1,100}={0,2})';
  const form = new RegExp(
    `^\\$fbscrypt\\$v=1,n=(\\d{1,2}),r=(\\d{1,2}),p=1,ss=${base64},sk=${base64}\\$${base64}\\$${base64}$`,
  );
  const [, n, r, separator = '', signer = '', salt = '', digest = ''] = form.exec(hash) ?? [];
  const isSmall = n !== undefined && Number(n) <= maxRoundsLog2;
  const cost = isSmall ? costOf(2 ** Number(n), Number(r), 1) : null;
  const [signerKey, expected] = [Buffer.from(signer, 'base64'), Buffer.from(digest, 'base64')];
  const isWhole = [signer, digest, salt, separator].every((text) => text.length % 4 === 0);
  if (!cost || !isWhole || signerKey.length !== expected.length) return null;
  const salts = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(separator, 'base64')]);
  return async (password) => {
    const key = await derive(password, { salt: salts, bytes: 32, cost });
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    const made = Buffer.concat([cipher.update(signerKey), cipher.final()]);
    return timingSafeEqual(made, expected);
  };
}

/** Null for what scrypt does not know, or what costs too much. */
function costOf(n: number, r: number, p: number): ScryptOptions | null {
  const isPower = n >= 2 && Number.isInteger(Math.log2(n));
  if (!isPower || !(r >= 1) || !(p >= 1) || n * r * p > maxWork) return null;
  // What it needs, and a little more: at the exact limit OpenSSL refuses.
  return { N: n, r, p, maxmem: 128 * r * (n + p + 2) + 1024 * 1024 };
}

type Derivation = { salt: Buffer; bytes: number; cost: ScryptOptions };

function derive(password: string, { salt, bytes, cost }: Derivation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
