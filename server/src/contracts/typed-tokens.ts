import { randomUUID } from 'node:crypto';
import type { PlainClaims } from '../domain/ports.ts';
import type { OpenSession } from '../domain/sessions/session.ts';
import type { Services } from './services.ts';

/** Tokens of two types, access and refresh: each hangs on a session of its own, so that one can be ended alone. */
export type TokenType = 'access' | 'refresh';

/** Whom a token names, and of which type it is. */
export type TokenSubject = { identity: NonNullable<PlainClaims['identity']>; type: TokenType };

/** The token of a session, with the claims that clients of such tokens read. */
export function typedToken(
  { legacyTokens }: Pick<Services, 'legacyTokens'>,
  session: OpenSession,
  { identity, type }: TokenSubject,
): Promise<string> {
  return legacyTokens.issue(session, {
    nbf: Math.floor(new Date(session.createdAt).getTime() / 1000),
    jti: randomUUID(),
    identity,
    type,
    ...(type === 'access' ? { fresh: false } : {}),
  });
}
