import type { FastifyRequest } from 'fastify';
import type { Door, OpenSession } from '../../domain/sessions/session.ts';
import type { Surroundings } from '../contract.ts';
import { deviceOf } from '../device.ts';
import type { Services } from '../services.ts';
import { audience } from './wire.ts';

/** The second word of the header, whatever the first is: so it has always been read. */
export function tokenIn({ headers }: FastifyRequest): string | null {
  return headers.authorization?.split(' ')[1] ?? null;
}

/** There is no second token to renew the first with. */
export function doorOf(
  request: FastifyRequest,
  { tokenLives }: Pick<Surroundings, 'tokenLives'>,
): Required<Door> {
  return { audience, device: deviceOf(request), lifeMs: tokenLives.accessMs };
}

/** Its clients find the account's number in `sub`, as a number. */
export function tokenOf(
  { plainTokens }: Pick<Services, 'plainTokens'>,
  session: OpenSession,
): Promise<string> {
  return plainTokens.issue(session, { sub: session.accountId });
}
