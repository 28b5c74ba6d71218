import { randomInt } from 'node:crypto';
import { type Sent, send as sendPlainly } from '../support/process.ts';
import type { Answer } from '../support/server.ts';

/** Sends from an address that nobody else has: every request is counted in Redis, and none is one too many. */
export function send(url: string, method: string, sent: Sent = {}): Promise<Answer> {
  const address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
  const headers = { ...sent.headers, 'x-forwarded-for': address };
  return sendPlainly(url, method, { ...sent, headers });
}
