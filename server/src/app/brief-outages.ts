import { codeOf, isOutage } from '../db/outages.ts';
import { DomainError } from '../domain/errors.ts';

/** What the log has of an error that only says that something outside is down: no stack, which is the same each time. Null for others. */
export function briefOutage(error: unknown): Record<string, unknown> | null {
  if (!(error instanceof Error)) return null;
  const { name, message, cause } = error;
  const because = briefOutage(cause);
  const isUnavailable = error instanceof DomainError && error.code === 'unavailable';
  if (!because && !isUnavailable && !isOutage(error)) return null;
  const code = codeOf(error);
  return { type: name, message, ...(code !== '' && { code }), ...(because && { cause: because }) };
}
