import { timingSafeEqual } from 'node:crypto';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { compare } from 'bcryptjs';
import { type Sha256Crypt, sha256CryptDigest } from './sha256-crypt.ts';

/** What JavaScript works on for long: seconds, at the bounds that `old-hashes.ts` sets. */
export type SlowCheck =
  | { kind: 'sha256-crypt'; hash: Sha256Crypt; password: string }
  | { kind: 'bcrypt'; hash: string; password: string };

/** Tells what this file is to do where it is the first of a thread. */
const mark = 'rookery: check an old hash';

/** Checks a password in a thread of its own, so that the event loop stays free. One thread per check: each account has one. */
export function checkInThread(check: SlowCheck): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { mark, check } });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('The thread ended without an answer.')));
  });
}

async function matches(check: SlowCheck): Promise<boolean> {
  if (check.kind === 'bcrypt') return compare(check.password, check.hash);
  const digest = sha256CryptDigest(check.password, check.hash);
  return timingSafeEqual(Buffer.from(digest), Buffer.from(check.hash.digest));
}

const given = workerData as { mark?: unknown; check?: SlowCheck } | null;
if (given?.mark === mark && given.check) parentPort?.postMessage(await matches(given.check), []);
