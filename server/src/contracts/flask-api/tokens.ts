import type { FastifyRequest } from 'fastify';
import { dayMs } from '../../domain/durations.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PlainViewer } from '../../domain/sessions/legacy-token-service.ts';
import type { OpenSession, SignInContext } from '../../domain/sessions/session.ts';
import { deviceOf } from '../device.ts';
import { bearerToken } from '../older.ts';
import type { Services } from '../services.ts';
import { type TokenSubject, type TokenType, typedToken } from '../typed-tokens.ts';
import { fault } from './wire.ts';

export const audience = 'flask-api';

const livesMs = { access: 30 * dayMs, refresh: 120 * dayMs };

type Needs = Pick<Services, 'legacyTokens'>;

/** Whose access token this is. @throws DomainError as `legacyTokens.resolve` */
export function holderOf({ legacyTokens }: Needs, token: string | null): Promise<PlainViewer> {
  return legacyTokens.resolve(token, audience, ({ type }) => {
    if (type !== 'access') throw new DomainError('bad_token', 'This is no access token.');
  });
}

/** Whose refresh token a request carries: here, what is wrong with it has words of its own. */
export async function refreshHolderOf(
  { legacyTokens }: Needs,
  { headers: { authorization } }: FastifyRequest,
): Promise<PlainViewer> {
  if (!authorization?.trim()) throw fault(401, 'Missing Authorization Header');
  const token = bearerToken(authorization);
  if (token === null) {
    throw fault(401, "Bad Authorization header. Expected value 'Bearer <JWT>'");
  }
  const holder = legacyTokens.resolve(token, audience, ({ type }) => {
    if (type !== 'refresh') throw fault(401, 'Only refresh tokens are allowed');
  });
  return holder.catch(nameFault);
}

/** Each token hangs on a session of its own, so that one can be ended alone. */
export function signInContextOf(request: FastifyRequest, type: TokenType): Required<SignInContext> {
  return { audience, device: deviceOf(request), lifeMs: livesMs[type] };
}

/** A token and when it ends, in seconds since 1970, as a text. */
export async function tokenOf(
  services: Needs,
  session: OpenSession,
  { identity, type }: TokenSubject,
): Promise<Record<string, string>> {
  return {
    [`${type}_token`]: await typedToken(services, session, { identity, type }),
    [`${type}_token_expired`]: String(Math.floor(new Date(session.expiresAt).getTime() / 1000)),
  };
}

function nameFault(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  if (error.code === 'expired_token') throw fault(401, 'Token has expired');
  throw error.code === 'bad_token' ? fault(401, error.message) : error;
}
