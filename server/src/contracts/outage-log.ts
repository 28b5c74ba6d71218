import type { FastifyBaseLogger } from 'fastify';
import { DomainError } from '../domain/errors.ts';
import { logLimit } from '../domain/log-limit.ts';
import { outageMessage } from './foreign-errors.ts';

/** During an outage every request fails for the same reason; the lines about requests show how many. */
const mayLog = logLimit(5000);

/** Says why requests are turned away: one line, without a stack, for each reason every few seconds. */
export function logOutage(log: FastifyBaseLogger, error: unknown): void {
  const reason = reasonOf(error);
  const leftOut = mayLog(reason);
  if (leftOut !== null) log.warn({ reason, leftOut }, 'requests are turned away');
}

/**
 * What does not work, if the error knows, and what its first cause says:
 * `The sign-in with google does not work right now. ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:443`.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const because = error.cause === undefined ? '' : reasonOf(error.cause);
  // What clients are told of an outage names nothing.
  if (because !== '' && error.message === outageMessage) return because;
  if (error instanceof DomainError) return `${error.message} ${because}`.trim();
  if (because !== '') return because;
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message === '' ? code : `${code}: ${error.message}`;
}
