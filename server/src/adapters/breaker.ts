import { DomainError } from '../domain/errors.ts';
import type { Now } from '../domain/ports.ts';
import { noteOutage } from './machine-channel.ts';

/** Runs calls of a machine outside, and spares both sides while it is down. */
export type Breaker = <T>(call: () => Promise<T>) => Promise<T>;

type BreakerOptions = {
  now: Now;
  /** Its name in the error of refused calls: `The mail server`. */
  machine: string;
  /** Its name in metrics: one of few. */
  label: string;
  /** Failures in a row after which nothing is asked any more. */
  maxFailures?: number;
  /** For so long; then one call tries whether it is back. */
  pauseMs?: number;
  /** Whether an error says that the machine is down, and not that it refused what it was asked. */
  isOutage?: (error: unknown) => boolean;
};

/** @throws DomainError `unavailable` (from the breaker) while it is open */
export function breaker({
  now,
  machine,
  label,
  maxFailures = 5,
  pauseMs = 10_000,
  isOutage = () => true,
}: BreakerOptions): Breaker {
  let failures = 0;
  let closedUntil = 0;

  return async (call) => {
    const at = now().getTime();
    if (failures >= maxFailures && at < closedUntil) {
      throw new DomainError('unavailable', `${machine} does not answer right now.`, {
        retryAfterSeconds: Math.ceil((closedUntil - at) / 1000),
      });
    }
    // Other calls are refused while this one tries.
    if (failures >= maxFailures) closedUntil = at + pauseMs;
    try {
      const result = await call();
      failures = 0;
      return result;
    } catch (error) {
      failures = isOutage(error) ? failures + 1 : 0;
      const isDown = failures >= maxFailures;
      if (isDown) closedUntil = now().getTime() + pauseMs;
      if (failures > 0) noteOutage(label, isDown ? pauseMs : 0);
      throw error;
    }
  };
}
