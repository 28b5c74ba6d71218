import type { OldHash } from './old-hash.ts';
import { checkInThread } from './old-hash-thread.ts';
import { djangoPbkdf2, mithrilPbkdf2, passlibPbkdf2, werkzeugPbkdf2 } from './pbkdf2-hashes.ts';
import { firebaseScrypt, werkzeugScrypt } from './scrypt-hashes.ts';
import { cryptDigits, type ShaCryptAlgorithm } from './sha-crypt.ts';

/** What one check may cost. An import must not be able to hang the server (docs/decisions/0015). */
export type HashBounds = { pbkdf2Rounds: number; shaCryptRounds: number; bcryptCost: number };

/** Of an import: about two seconds of a slow core, and more than any system uses by default. */
export const importBounds: HashBounds = {
  pbkdf2Rounds: 2_000_000,
  shaCryptRounds: 700_000,
  bcryptCost: 13,
};

/** Of what is kept already: earlier versions imported more. */
export const keptBounds: HashBounds = {
  pbkdf2Rounds: 5_000_000,
  shaCryptRounds: 1_000_000,
  bcryptCost: 14,
};

/** WordPress has 2^13. */
const maxPhpassRoundsLog2 = 18;

/** How to check a hash that another system made; null when it is of no form that is known, or too costly. */
export function oldHashCheck(hash: string, bounds: HashBounds): OldHash | null {
  for (const read of readers) {
    const check = read(hash, bounds);
    if (check) return check;
  }
  return null;
}

const readers: ReadonlyArray<(hash: string, bounds: HashBounds) => OldHash | null> = [
  (hash, { pbkdf2Rounds }) => passlibPbkdf2(hash, pbkdf2Rounds),
  (hash, { pbkdf2Rounds }) => djangoPbkdf2(hash, pbkdf2Rounds),
  (hash, { pbkdf2Rounds }) => mithrilPbkdf2(hash, pbkdf2Rounds),
  (hash, { pbkdf2Rounds }) => werkzeugPbkdf2(hash, pbkdf2Rounds),
  werkzeugScrypt,
  firebaseScrypt,
  shaCrypt,
  phpass,
  bcrypt,
];

const shaCryptForm =
  /^\$(?:(5)|6)\$(?:rounds=([1-9]\d{0,8})\$)?([^$\s:]{0,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/;

function shaCrypt(hash: string, { shaCryptRounds }: HashBounds): OldHash | null {
  const match = shaCryptForm.exec(hash);
  if (!match) return null;
  const [, five, given = '5000', salt = '', digest = ''] = match;
  const algorithm: ShaCryptAlgorithm = five === undefined ? 'sha512' : 'sha256';
  // The form's own lower bound: lower values were raised to it.
  const rounds = Math.max(1000, Number(given));
  const isWhole = digest.length === (algorithm === 'sha256' ? 43 : 86);
  if (!isWhole || rounds > shaCryptRounds) return null;
  return (password) =>
    checkInThread({ kind: 'sha-crypt', hash: { algorithm, rounds, salt, digest }, password });
}

/** phpBB writes `$H$` for `$P$`. */
function phpass(hash: string): OldHash | null {
  const form = /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/;
  const [, log = '', salt = '', digest = ''] = form.exec(hash) ?? [];
  const roundsLog2 = log === '' ? -1 : cryptDigits.indexOf(log);
  if (roundsLog2 < 7 || roundsLog2 > maxPhpassRoundsLog2) return null;
  const rounds = 2 ** roundsLog2;
  return (password) => checkInThread({ kind: 'phpass', hash: { rounds, salt, digest }, password });
}

/** The number is the logarithm of the rounds. */
function bcrypt(hash: string, { bcryptCost }: HashBounds): OldHash | null {
  const [, cost] = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
  if (cost === undefined || Number(cost) > bcryptCost) return null;
  return (password) => checkInThread({ kind: 'bcrypt', hash, password });
}
