import type { FastifyRequest } from 'fastify';
import type { Door, OpenSession } from '../../domain/sessions/session.ts';
import type { Services } from '../contract.ts';
import { deviceOf } from '../device.ts';
import { audience } from './wire.ts';

/** How long a token is good for; there is no other to renew it with. */
const tokenLifeMs = 30 * 24 * 3600 * 1000;

/** The second word of the header, whatever the first is: so it has always been read. */
export function tokenIn({ headers }: FastifyRequest): string | null {
  return headers.authorization?.split(' ')[1] ?? null;
}

export function doorOf(request: FastifyRequest): Required<Door> {
  return { audience, device: deviceOf(request), lifeMs: tokenLifeMs };
}

/** Its clients find the account's number in `sub`, as a number. */
export function tokenOf(
  { plainTokens }: Pick<Services, 'plainTokens'>,
  session: OpenSession,
): Promise<string> {
  return plainTokens.issue(session, { sub: session.accountId });
}
