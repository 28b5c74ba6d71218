import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../domain/ports.ts';
import { boundedPool } from '../pool.ts';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Argon2id on libuv's threads, so many at once as there are cores to work on them. */
export function argon2Hasher({ concurrency }: { concurrency: number }): PasswordHasher {
  const pool = boundedPool({ concurrency, maxWaiting: 200 });
  // Checked in place of an account that does not exist, so that its absence takes the same time.
  const nobody = hash('nobody has this password', cost);

  return {
    hash: (password) => pool(() => hash(password, cost)),
    verify: (stored, password) =>
      pool(async () => {
        const matches = await verify(stored ?? (await nobody), password);
        return matches && stored !== null;
      }),
  };
}
