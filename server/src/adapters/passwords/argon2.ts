import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../domain/ports.ts';
import { boundedPool } from '../pool.ts';
import { type HashBounds, importBounds, keptBounds, oldHashCheck } from './old-hashes.ts';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const owaspCost: Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Memory in KiB. */
type Cost = { memoryCost: number; timeCost: number; parallelism: number };

/** What a hash of other costs may ask of us at most; `work` is memory times passes, in KiB. */
const maxCost = { memoryKib: 262_144, passes: 20, lanes: 16 };
const maxImportedWork = 1024 * 1024;

/** Nobody waits at a form for longer: a login that would is told when to try again. */
const maxWaitMs = 1500;
/** Of hashes from an import, which take seconds each. */
const maxOthersWaitMs = 10_000;

/**
 * Argon2id on libuv's threads, so many at once as there are cores to work on them. Hashes of other kinds and costs, from an
 * import, are checked in their own way and in a pool of their own: they may take seconds each, and logins with our own must
 * not wait behind them.
 *
 * A password counts as the same however its letters are composed (NFC): it is checked as typed first, so that hashes from
 * before and from elsewhere fit, and then composed, which is how new ones are made.
 */
export function argon2Hasher({
  concurrency,
  cost = owaspCost,
}: {
  concurrency: number;
  /** Less is for tests alone. */
  cost?: Cost;
}): PasswordHasher {
  const ownForm = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
  const isOwn = (stored: string) => stored.startsWith(ownForm);
  const pool = boundedPool({ name: 'passwords', concurrency, maxWaiting: 200, maxWaitMs });
  const others = boundedPool({
    name: 'old-passwords',
    concurrency: Math.max(1, Math.floor(concurrency / 2)),
    maxWaiting: 50,
    maxWaitMs: maxOthersWaitMs,
  });
  // Checked in place of an account that does not exist, so that its absence takes the same time.
  const nobody = hash('nobody has this password', cost);

  async function matchesNobody(password: string): Promise<false> {
    await verify(await nobody, password);
    return false;
  }

  return {
    hash: (password) => pool(() => hash(password.normalize('NFC'), cost)),
    verify(stored, password) {
      const check = stored === null ? null : checkOf(stored, keptBounds);
      const run = stored !== null && check && !isOwn(stored) ? others : pool;
      return run(() => anyOf(spellingsOf(password), check ?? matchesNobody));
    },
    isKnown: (stored) => isOwn(stored) || checkOf(stored, importBounds) !== null,
    needsRehash: (stored) => !isOwn(stored),
  };
}

/** As typed, and composed where that is another text. */
function spellingsOf(password: string): string[] {
  return [...new Set([password, password.normalize('NFC')])];
}

type Check = (password: string) => Promise<boolean>;

async function anyOf(spellings: readonly string[], check: Check): Promise<boolean> {
  for (const spelling of spellings) if (await check(spelling)) return true;
  return false;
}

function checkOf(stored: string, bounds: HashBounds): Check | null {
  if (!stored.startsWith('$argon2')) return oldHashCheck(stored, bounds);
  if (!isArgon2(stored, bounds === importBounds ? maxImportedWork : Number.POSITIVE_INFINITY)) {
    return null;
  }
  return (password) => verify(stored, password).catch(() => false);
}

function isArgon2(stored: string, maxWork: number): boolean {
  const form =
    /^\$argon2(?:id|i|d)\$v=(?:16|19)\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$[+/A-Za-z0-9]{8,86}\$[+/A-Za-z0-9]{16,86}$/;
  const [, memory, passes, lanes] = form.exec(stored) ?? [];
  if (memory === undefined) return false;
  return (
    Number(memory) <= maxCost.memoryKib &&
    Number(passes) <= maxCost.passes &&
    Number(lanes) <= maxCost.lanes &&
    Number(memory) * Number(passes) <= maxWork
  );
}
