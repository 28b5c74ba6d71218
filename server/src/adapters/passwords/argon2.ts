import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../domain/ports.ts';
import { boundedPool } from '../pool.ts';
import { oldHashCheck } from './old-hashes.ts';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const owaspCost: Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Memory in KiB. */
type Cost = { memoryCost: number; timeCost: number; parallelism: number };

/** What an imported hash may ask of us at most. */
const maxCost = { memoryKib: 262_144, passes: 20, lanes: 16 };

/**
 * Argon2id on libuv's threads, so many at once as there are cores to work on them. Hashes of other kinds, from an import,
 * are checked in their own way, in the same pool.
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
  const pool = boundedPool({ concurrency, maxWaiting: 200 });
  // Checked in place of an account that does not exist, so that its absence takes the same time.
  const nobody = hash('nobody has this password', cost);

  async function matches(stored: string | null, password: string): Promise<boolean> {
    const check = stored === null ? null : checkOf(stored);
    if (check) return check(password);
    await verify(await nobody, password);
    return false;
  }

  return {
    hash: (password) => pool(() => hash(password, cost)),
    verify: (stored, password) => pool(() => matches(stored, password)),
    isKnown: (stored) => checkOf(stored) !== null,
    needsRehash: (stored) => !stored.startsWith(ownForm),
  };
}

function checkOf(stored: string): ((password: string) => Promise<boolean>) | null {
  return isArgon2(stored)
    ? (password) => verify(stored, password).catch(() => false)
    : oldHashCheck(stored);
}

function isArgon2(stored: string): boolean {
  const form =
    /^\$argon2(?:id|i|d)\$v=(?:16|19)\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$[+/A-Za-z0-9]{8,86}\$[+/A-Za-z0-9]{16,86}$/;
  const [, memory, passes, lanes] = form.exec(stored) ?? [];
  if (memory === undefined) return false;
  return (
    Number(memory) <= maxCost.memoryKib &&
    Number(passes) <= maxCost.passes &&
    Number(lanes) <= maxCost.lanes
  );
}
