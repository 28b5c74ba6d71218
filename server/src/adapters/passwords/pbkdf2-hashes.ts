import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { OldHash } from './old-hash.ts';

/** `$pbkdf2-sha256$rounds$salt$hash`, in base 64 with `.` for `+` and without padding. */
export function passlibPbkdf2(hash: string, maxRounds: number): OldHash | null {
  const form = /^\$pbkdf2-sha256\$([1-9]\d{0,6})\$([./A-Za-z0-9]{0,128})\$([./A-Za-z0-9]{43})$/;
  const [, rounds, salt = '', digest = ''] = form.exec(hash) ?? [];
  const bytesOf = (text: string) => Buffer.from(text.replaceAll('.', '+'), 'base64');
  return checkOf({ rounds, salts: [bytesOf(salt)], expected: bytesOf(digest), maxRounds });
}

/** `pbkdf2_sha256$rounds$salt$hash`: the salt is text. */
export function djangoPbkdf2(hash: string, maxRounds: number): OldHash | null {
  const form = /^pbkdf2_sha256\$([1-9]\d{0,6})\$([^$\s]{0,128})\$([+/A-Za-z0-9]{43}=)$/;
  const [, rounds, salt = '', digest = ''] = form.exec(hash) ?? [];
  const expected = Buffer.from(digest, 'base64');
  return checkOf({ rounds, salts: [Buffer.from(salt)], expected, maxRounds });
}

/** `mithril-pbkdf2$rounds$salt$hash`, our form of what stood in two columns there, both in hex. */
export function mithrilPbkdf2(hash: string, maxRounds: number): OldHash | null {
  const form = /^mithril-pbkdf2\$([1-9]\d{0,6})\$((?:[0-9a-f]{2}){1,32})\$([0-9a-f]{64})$/;
  const [, rounds, salt = '', digest = ''] = form.exec(hash) ?? [];
  const salts = [Buffer.from(salt, 'hex'), Buffer.from(salt)];
  return checkOf({ rounds, salts, expected: Buffer.from(digest, 'hex'), maxRounds });
}

const digestBytes = { sha1: 20, sha256: 32, sha512: 64 };

/** `pbkdf2:sha256:rounds$salt$hash` of Werkzeug, which Flask uses, also with SHA-1 and SHA-512: the salt is text, the hash in hex. */
export function werkzeugPbkdf2(hash: string, maxRounds: number): OldHash | null {
  const form = /^pbkdf2:(sha1|sha256|sha512):([1-9]\d{0,6})\$([^$\s]{1,128})\$((?:[0-9a-f]{2})+)$/;
  const [, algorithm, rounds, salt = '', digest = ''] = form.exec(hash) ?? [];
  const expected = Buffer.from(digest, 'hex');
  const salts = [Buffer.from(salt)];
  return checkOf({ algorithm, rounds, salts, expected, maxRounds });
}

const derive = promisify(pbkdf2);

type Parts = {
  algorithm?: string | undefined;
  rounds: string | undefined;
  /** Any of them may be the right one; all are tried, so that the time does not tell which. */
  salts: Buffer[];
  expected: Buffer;
  maxRounds: number;
};

function checkOf({ rounds, salts, expected, maxRounds, ...parts }: Parts): OldHash | null {
  const algorithm = (parts.algorithm ?? 'sha256') as keyof typeof digestBytes;
  const count = Number(rounds ?? 0);
  if (count < 1 || count > maxRounds || expected.length !== digestBytes[algorithm]) return null;
  return async (password) => {
    let isRight = false;
    for (const salt of salts) {
      const key = await derive(password, salt, count, expected.length, algorithm);
      isRight = timingSafeEqual(key, expected) || isRight;
    }
    return isRight;
  };
}
