import type { RedisCache } from '../adapters/cache/redis.ts';
import type { Database } from '../db/database.ts';
import { checkAccess } from '../db/ids.ts';
import type { BlobStore, Bus } from '../domain/ports.ts';

/** Something outside of this process that it uses. */
export type Dependency = {
  name: string;
  /** Whether no request succeeds without it. */
  isRequired: boolean;
  /** @throws whatever is wrong */
  check: () => Promise<unknown>;
};

/** Null: not configured. */
type Asked = { database: Database; blobs: BlobStore; cache: RedisCache | null; bus: Bus | null };

/** What `/readyz` asks. */
export function dependenciesOf({ database, blobs, cache, bus }: Asked): Dependency[] {
  return [
    { name: 'database', isRequired: true, check: () => checkAccess(database) },
    { name: 'storage', isRequired: false, check: () => blobs.check() },
    ...(cache ? [{ name: 'Redis', isRequired: false, check: () => cache.check() }] : []),
    ...(bus ? [{ name: 'broker', isRequired: false, check: () => bus.check() }] : []),
  ];
}
