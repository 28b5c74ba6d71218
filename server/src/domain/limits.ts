import { createHash } from 'node:crypto';
import { hourMs } from './durations.ts';
import { DomainError } from './errors.ts';
import { countingAddress } from './network-address.ts';
import type { Counters } from './ports.ts';

export type Limit = { key: string; max: number; windowMs: number };

/** Mails within an hour that strangers' requests may cause. */
const maxMails = { ofAccount: 10, toOneAddress: 5, fromOneAddress: 30 };

/**
 * Counts an attempt under each of some limits, before it is made: parallel ones cannot slip through.
 * @throws DomainError `rate_limited` with the seconds to wait
 */
export async function takeFrom(
  counters: Counters,
  limits: readonly Limit[],
  refusal = 'Too many attempts. Try again later.',
): Promise<void> {
  const waitMs = await countAttempt(counters, limits);
  if (waitMs === null) return;
  throw new DomainError('rate_limited', refusal, {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}

/** Counts an attempt. Null when it is within its limits, else the time until it would be. */
export async function countAttempt(
  counters: Counters,
  limits: readonly Limit[],
): Promise<number | null> {
  for (const { key, max, windowMs } of limits) {
    const { count, resetMs } = await counters.add(key, 1, windowMs);
    if (count > max) return resetMs;
  }
  return null;
}

/** How many mails a request may cause: for its account, to the folded e-mail, from its network address. */
export function mailLimits(of: {
  accountId?: number;
  emailKey?: string;
  address?: string;
}): Limit[] {
  const limits: Limit[] = [];
  const add = (key: string, max: number) => void limits.push({ key, max, windowMs: hourMs });
  if (of.address !== undefined) {
    add(`mail:from:${countingAddress(of.address)}`, maxMails.fromOneAddress);
  }
  if (of.accountId !== undefined) add(`mail:of:${of.accountId}`, maxMails.ofAccount);
  if (of.emailKey !== undefined) {
    add(`mail:to:${createHash('sha256').update(of.emailKey).digest('hex')}`, maxMails.toOneAddress);
  }
  return limits;
}
