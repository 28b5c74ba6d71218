import type { Database } from '../../db/database.ts';
import type { SessionRow } from '../../db/schema.ts';
import { isEqualSecret } from '../equal-secrets.ts';
import { DomainError } from '../errors.ts';
import type { Now, TokenSigner } from '../ports.ts';
import type { EndSession } from './ending.ts';
import { requireSession } from './resolving.ts';
import { refreshStep, refreshTokenParts, type SessionTokens, sessionExpiry } from './session.ts';
import { findLiveSession, findSession, rotateSession } from './session-store.ts';
import { refreshMac, type TokensOf } from './session-tokens.ts';

type Needs = {
  database: Database;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  tokensOf: TokensOf;
  end: EndSession;
};

/** Exchanges refresh tokens (docs/decisions/0004, 0026). */
export function sessionRefreshing({ database, now, tokens, tokensOf, end }: Needs) {
  /**
   * Exchanges a refresh token for the next pair. While nobody has used that pair, the answer may have been lost, and the
   * token gets another pair in its place. Afterwards it was stolen from somebody, and the session ends; ten seconds are
   * spared, in which clients repeat requests and tabs race, and all get the same.
   * @throws DomainError `bad_token` · `expired_token` · `revoked_token`
   */
  async function refresh(token: string, audience: string, address: string): Promise<SessionTokens> {
    const { session, generation } = await sessionOfRefreshToken(token, audience);
    const at = now();
    const lastUsed = at.toISOString();
    const expires = sessionExpiry(new Date(session.created_at), at);
    const parent_generation = generation;
    const next = { last_used_at: lastUsed, expires_at: expires, address, parent_generation };
    let current = session;
    let step = refreshStep(current, generation, at);
    while (step === 'rotate' && !current.ended_at) {
      const { generation: newest } = current;
      const isRotated = await database.transaction((tx) => rotateSession(tx, current, next));
      if (isRotated) return tokensOf({ ...current, ...next, generation: newest + 1 });
      // Another request was faster: what it has left decides.
      current = await requireSession(database, session.id);
      step = refreshStep(current, generation, at);
    }
    if (step === 'repeat' && !current.ended_at) return tokensOf(current);
    await database.transaction((tx) => end(tx, session, { by: 'reuse', actorId: null, address }));
    throw new DomainError('revoked_token', 'The refresh token was used before; sign in again.');
  }

  async function sessionOfRefreshToken(token: string, audience: string) {
    const parts = refreshTokenParts(token);
    const session = parts ? await findSession(database, parts.sessionId) : null;
    if (!parts || !session || session.audience !== audience || !isMacOf(session, parts)) {
      throw new DomainError('bad_token', 'The refresh token is not valid.');
    }
    if (session.ended_at || !(await findLiveSession(database, session.id))) {
      throw new DomainError('revoked_token', 'The session has ended; sign in again.');
    }
    if (session.expires_at <= now().toISOString()) {
      throw new DomainError('expired_token', 'The session has expired; sign in again.');
    }
    return { session, generation: parts.generation };
  }

  function isMacOf(session: SessionRow, { generation, mac }: { generation: number; mac: string }) {
    const expected = refreshMac(tokens, session, generation);
    return isEqualSecret(mac, expected);
  }

  return { refresh };
}
