import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../domain/errors.ts';
import type { Now } from '../../domain/ports.ts';
import { breaker } from '../breaker.ts';

/** Runs questions to one provider: within a time, and behind a breaker. */
export type Asking = <T>(work: () => Promise<T>) => Promise<T>;

/** For all that one question needs of the provider together; a request has 15 seconds. */
export const maxAnswerMs = 10_000;

/**
 * What the provider refused comes as DomainError `invalid` and says nothing of its health; everything else that goes
 * wrong counts as an outage, and becomes `unavailable`.
 */
export function asking(provider: string, now: Now, maxMs = maxAnswerMs): Asking {
  const machine = `The sign-in with ${provider}`;
  const run = breaker({
    now,
    machine,
    label: `sign-in-${provider}`,
    isOutage: (error) => !isRefusal(error),
  });
  return async (work) => {
    try {
      return await run(() => within(maxMs, work()));
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new DomainError('unavailable', `${machine} does not work right now.`, {
        retryAfterSeconds: 10,
        cause: error,
      });
    }
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof DomainError && error.code !== 'unavailable';
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  try {
    return await Promise.race([work, tooLate(ms, giveUp.signal)]);
  } finally {
    giveUp.abort();
  }
}

async function tooLate(ms: number, signal: AbortSignal): Promise<never> {
  await sleep(ms, undefined, { signal }).catch(() => {});
  throw new Error(`no answer within ${ms} ms`);
}
