import type { LargeSetSize } from '../src/app/seed/large-set-plan.ts';
import type { RunSet } from './cached-set.ts';
import { type Address, Connection, type WireRequest, wireRequest } from './connection.ts';
import { signInEveryone } from './everyone.ts';
import type { Load, LoadPair } from './measure.ts';
import { type OlderDoor, type OlderViewer, olderPool } from './older-viewers.ts';
import { type BenchViewer, signUpRequest, viewerPool } from './viewers.ts';

/** What loads are made of: the server, the set that it serves, and those who use it. */
export type LoadNeeds = {
  size: LargeSetSize;
  address: Address;
  /** Where the server keeps its files. */
  dataDir: string;
  /** All ordinary accounts of the set, in no order that an index would like. */
  everyone: () => Promise<BenchViewer[]>;
  /** 200 of them, from all parts of the set. */
  crowd: () => Promise<BenchViewer[]>;
  /** An account that follows exactly so many; null when the set has none. */
  exact: (followees: number) => Promise<BenchViewer | null>;
  /** The same accounts, signed in at an older contract as well. */
  atOlder: (viewers: readonly BenchViewer[], door: OlderDoor) => Promise<OlderViewer[]>;
  /** New accounts, signed in. */
  newcomers: (count: number) => Promise<BenchViewer[]>;
  /** Sends once, while a load is made ready. @throws Error when the answer is none of 2xx */
  ask: (request: WireRequest) => Promise<Buffer>;
  /** Reads once. @throws Error when the answer is none of 2xx */
  read: (path: string, token: string) => Promise<Buffer>;
};

/** Makes a load ready; null when the set is too small for it. */
export type LoadMaker = (needs: LoadNeeds) => Promise<Load | null>;

/** Makes both ready, on the same accounts; null when the set is too small for them. */
export type PairMaker = (needs: LoadNeeds) => Promise<LoadPair | null>;

const crowdSize = 200;

export function loadNeeds(address: Address, size: LargeSetSize, set: RunSet): LoadNeeds {
  const pool = viewerPool(address);
  // The last three may be the accounts with exactly so many followees.
  const ordinary = size.users - 3;
  const count = Math.min(crowdSize, ordinary);
  const names = Array.from({ length: count }, (_, i) => `user-${nthOf(i, count, ordinary)}`);

  async function ask(request: WireRequest): Promise<Buffer> {
    const connection = await Connection.open(address);
    const { status, body } = await connection.send(request);
    connection.close();
    if (status >= 200 && status < 300) return body;
    const [line] = request.toString('latin1').split('\r\n', 1);
    throw new Error(`${line} answered ${status}: ${body.toString()}`);
  }

  let everybody: Promise<BenchViewer[]> | null = null;
  function everyone(): Promise<BenchViewer[]> {
    everybody ??= signInEveryone(set).then(shuffled);
    return everybody;
  }

  let made = 0;
  async function newcomers(count: number): Promise<BenchViewer[]> {
    const usernames = Array.from({ length: count }, (_, i) => `newcomer-${made + i + 1}`);
    made += count;
    for (const username of usernames) await ask(signUpRequest(username));
    return pool.signInAll(usernames);
  }

  return {
    size,
    address,
    dataDir: set.dataDir,
    atOlder: olderPool(ask),
    newcomers,
    everyone,
    ask,
    crowd: () => pool.signInAll(names),
    exact: async (followees) =>
      followees < size.users ? pool.signIn(`follows-${followees}`) : null,
    read: (path, token) => ask(wireRequest('GET', path, { token })),
  };
}

/** A prime: steps of it visit everything once. */
const stride = 7919;

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((_, i) => around(items, i * stride));
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
