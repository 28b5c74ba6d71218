import type { FastifyRequest } from 'fastify';
import type { OpenSession, SignInContext } from '../../domain/sessions/session.ts';
import type { RouteContext } from '../contract.ts';
import { deviceOf } from '../device.ts';
import type { Services } from '../services.ts';
import { audience } from './wire.ts';

/** The second word of the header, whatever the first is: so it has always been read. */
export function tokenIn({ headers }: FastifyRequest): string | null {
  return headers.authorization?.split(' ')[1] ?? null;
}

/** There is no second token to renew the first with. */
export function signInContextOf(
  request: FastifyRequest,
  { tokenLives }: Pick<RouteContext, 'tokenLives'>,
): Required<SignInContext> {
  return { audience, device: deviceOf(request), lifeMs: tokenLives.accessMs };
}

/** Its clients find the account's number in `sub`, as a number. */
export function tokenOf(
  { legacyTokens }: Pick<Services, 'legacyTokens'>,
  session: OpenSession,
): Promise<string> {
  return legacyTokens.issue(session, { sub: session.accountId });
}
