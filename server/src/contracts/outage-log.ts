import type { FastifyBaseLogger } from 'fastify';
import { logLimit } from '../domain/log-limit.ts';

/** During an outage every request fails for the same reason; the lines about requests show how many. */
const mayLog = logLimit(5000);

/** Says why requests are turned away: one line, without a stack, for each reason every few seconds. */
export function logOutage(log: FastifyBaseLogger, error: unknown): void {
  const reason = reasonOf(error);
  const leftOut = mayLog(reason);
  if (leftOut !== null) log.warn({ reason, leftOut }, 'requests are turned away');
}

/** What the first cause says, and its code: `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:5432`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message === '' ? code : `${code}: ${error.message}`;
}
