import { DomainError } from '../../domain/errors.ts';

/** The longest wait that a service may ask for, in seconds. */
const maxWaitSeconds = 3600;

/** A service that cannot take messages now; what was to be sent is sent again later. */
export function pushOutage(machine: string, details: Details = {}): DomainError {
  const { status, retryAfter, cause } = details;
  const reason = status === undefined ? 'does not answer' : `answers ${status}`;
  const seconds = secondsOf(retryAfter);
  return new DomainError('unavailable', `${machine} ${reason}.`, {
    cause,
    ...(seconds === null ? {} : { retryAfterSeconds: seconds }),
  });
}

type Details = { status?: number; retryAfter?: string | null | undefined; cause?: unknown };

/** Whether a service answered that it is down or busy, and not that it refuses what it was given. */
export function isOutageStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

export function isPushOutage(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'unavailable';
}

/** `Retry-After` in seconds; the form with a date is rare, and the repeat comes later anyway. */
function secondsOf(header: string | null | undefined): number | null {
  if (!header || !/^\d{1,9}$/.test(header)) return null;
  return Math.min(Number(header), maxWaitSeconds);
}
