import { timingSafeEqual } from 'node:crypto';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { compare } from 'bcryptjs';
import { DomainError } from '../../domain/errors.ts';
import { type Phpass, phpassDigest } from './phpass.ts';
import { type ShaCrypt, shaCryptDigest } from './sha-crypt.ts';

/** What JavaScript works on for long: seconds, at the bounds that `old-hashes.ts` sets. */
export type SlowCheck =
  | { kind: 'sha-crypt'; hash: ShaCrypt; password: string }
  | { kind: 'phpass'; hash: Phpass; password: string }
  | { kind: 'bcrypt'; hash: string; password: string };

/** Tells what this file is to do where it is the first of a thread. */
const mark = 'rookery: check an old hash';
/** Several times what the costliest hash takes on a slow machine. */
const maxMs = 30_000;

/**
 * Checks a password in a thread of its own, so that the event loop stays free. One thread per check: each account has one.
 * @throws DomainError `unavailable` when it takes too long; the thread is ended
 */
export function checkInThread(check: SlowCheck): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { mark, check } });
    const timer = setTimeout(() => {
      reject(new DomainError('unavailable', 'The server is busy. Try again in a moment.'));
      void thread.terminate();
    }, maxMs);
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('The thread ended without an answer.'));
    });
  });
}

async function matches(check: SlowCheck): Promise<boolean> {
  if (check.kind === 'bcrypt') return compare(check.password, check.hash);
  const digest =
    check.kind === 'phpass'
      ? phpassDigest(check.password, check.hash)
      : shaCryptDigest(check.password, check.hash);
  return timingSafeEqual(Buffer.from(digest), Buffer.from(check.hash.digest));
}

const given = workerData as { mark?: unknown; check?: SlowCheck } | null;
if (given?.mark === mark && given.check) parentPort?.postMessage(await matches(given.check), []);
