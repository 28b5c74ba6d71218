import type { LargeSetSize } from '../src/app/seed/large-set-plan.ts';
import { type Address, Connection, wireRequest } from './connection.ts';
import type { Load } from './measure.ts';
import { type BenchViewer, viewerPool } from './viewers.ts';

/** What loads are made of: the server, the set that it serves, and those who use it. */
export type LoadNeeds = {
  size: LargeSetSize;
  /** Ordinary accounts from all parts of the set. */
  crowd: () => Promise<BenchViewer[]>;
  /** An account that follows exactly so many; null when the set has none. */
  exact: (followees: number) => Promise<BenchViewer | null>;
  /** Reads once, while a load is made ready. @throws Error when the answer is not 200 */
  read: (path: string, token: string) => Promise<Buffer>;
};

/** Makes a load ready; null when the set is too small for it. */
export type LoadMaker = (needs: LoadNeeds) => Promise<Load | null>;

const crowdSize = 200;

export function loadNeeds(address: Address, size: LargeSetSize): LoadNeeds {
  const pool = viewerPool(address);
  // The last three may be the accounts with exactly so many followees.
  const ordinary = size.users - 3;
  const count = Math.min(crowdSize, ordinary);
  const names = Array.from({ length: count }, (_, i) => `user-${nthOf(i, count, ordinary)}`);

  return {
    size,
    crowd: () => pool.signInAll(names),
    exact: async (followees) =>
      followees < size.users ? pool.signIn(`follows-${followees}`) : null,
    async read(path, token) {
      const connection = await Connection.open(address);
      const { status, body } = await connection.send(wireRequest('GET', path, { token }));
      connection.close();
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${body.toString()}`);
      return body;
    },
  };
}

/** The i-th of `count` numbers that are spread evenly from 1 to `total`. */
function nthOf(i: number, count: number, total: number): number {
  return 1 + Math.floor((i * total) / count);
}

/** The n-th element, around and around. */
export function around<T>(items: readonly T[], n: number): T {
  const item = items[n % items.length];
  if (item === undefined) throw new Error('A load has nothing to send.');
  return item;
}
