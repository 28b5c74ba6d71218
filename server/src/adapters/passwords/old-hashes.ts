import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { checkInThread } from './old-hash-thread.ts';

/** Checks a password against one hash. */
type Check = (password: string) => Promise<boolean>;

type Reader = (hash: string) => Check | null;

/** What one check may cost: some seconds. An import must not be able to hang the server (docs/decisions/0015). */
const maxPbkdf2Rounds = 5_000_000;
const maxSha256CryptRounds = 1_000_000;

/** How to check a hash that another system made; null when it is of no form that is known, or too costly. */
export function oldHashCheck(hash: string): Check | null {
  for (const read of readers) {
    const check = read(hash);
    if (check) return check;
  }
  return null;
}

const readers: readonly Reader[] = [
  passlibPbkdf2,
  djangoPbkdf2,
  mithrilPbkdf2,
  sha256Crypt,
  bcrypt,
];

/** `$pbkdf2-sha256$rounds$salt$hash`, in base 64 with `.` for `+` and without padding. */
function passlibPbkdf2(hash: string): Check | null {
  const form = /^\$pbkdf2-sha256\$([1-9]\d{0,6})\$([./A-Za-z0-9]{0,128})\$([./A-Za-z0-9]{43})$/;
  const [, rounds, salt = '', digest = ''] = form.exec(hash) ?? [];
  const bytesOf = (text: string) => Buffer.from(text.replaceAll('.', '+'), 'base64');
  return pbkdf2Check(rounds, [bytesOf(salt)], bytesOf(digest));
}

/** `pbkdf2_sha256$rounds$salt$hash`: the salt is text. */
function djangoPbkdf2(hash: string): Check | null {
  const form = /^pbkdf2_sha256\$([1-9]\d{0,6})\$([^$\s]{0,128})\$([+/A-Za-z0-9]{43}=)$/;
  const [, rounds, salt = '', digest = ''] = form.exec(hash) ?? [];
  return pbkdf2Check(rounds, [Buffer.from(salt)], Buffer.from(digest, 'base64'));
}

/** `mithril-pbkdf2$rounds$salt$hash`, our form of what stood in two columns there, both in hex. */
function mithrilPbkdf2(hash: string): Check | null {
  const form = /^mithril-pbkdf2\$([1-9]\d{0,6})\$((?:[0-9a-f]{2}){1,32})\$([0-9a-f]{64})$/;
  const [, rounds, salt = '', digest = ''] = form.exec(hash) ?? [];
  const salts = [Buffer.from(salt, 'hex'), Buffer.from(salt)];
  return pbkdf2Check(rounds, salts, Buffer.from(digest, 'hex'));
}

const derive = promisify(pbkdf2);

/** @param salts any of them may be the right one; all are tried, so that the time does not tell which */
function pbkdf2Check(rounds: string | undefined, salts: Buffer[], expected: Buffer): Check | null {
  const count = Number(rounds ?? 0);
  if (count < 1 || count > maxPbkdf2Rounds || expected.length !== 32) return null;
  return async (password) => {
    let isRight = false;
    for (const salt of salts) {
      const key = await derive(password, salt, count, expected.length, 'sha256');
      isRight = timingSafeEqual(key, expected) || isRight;
    }
    return isRight;
  };
}

function sha256Crypt(hash: string): Check | null {
  const form = /^\$5\$(?:rounds=([1-9]\d{0,8})\$)?([^$\s:]{0,16})\$([./0-9A-Za-z]{43})$/;
  const match = form.exec(hash);
  if (!match) return null;
  const [, given = '5000', salt = '', digest = ''] = match;
  // The form's own lower bound: whoever wrote less got this many.
  const rounds = Math.max(1000, Number(given));
  if (rounds > maxSha256CryptRounds) return null;
  return (password) =>
    checkInThread({ kind: 'sha256-crypt', hash: { rounds, salt, digest }, password });
}

/** The number is the logarithm of the rounds. */
function bcrypt(hash: string): Check | null {
  if (!/^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/.test(hash)) return null;
  return (password) => checkInThread({ kind: 'bcrypt', hash, password });
}
