import type { Database } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import { DomainError } from '../errors.ts';
import type { AccessClaims, Now, PlainClaims, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { isActive } from '../visibility/visibility.ts';
import type { OpenSession } from './session.ts';
import type { SessionService } from './session-service.ts';

export type LegacyTokenService = ReturnType<typeof legacyTokenService>;

type Needs = {
  database: Database;
  now: Now;
  sessions: Pick<SessionService, 'viewerOf'>;
  tokens: TokenSigner;
};

/** The viewer, with the other claims of the token. */
export type PlainViewer = Viewer & { claims: PlainClaims };

/**
 * Tokens that are not refreshed by Rookery's rules: each belongs to a session of its own, lives as long as that, and carries
 * the claims that its clients have always read.
 */
export function legacyTokenService({ database, now, sessions, tokens }: Needs) {
  /** The token of a session. */
  function issue(session: OpenSession, claims: PlainClaims): Promise<string> {
    const ours: AccessClaims = {
      accountId: session.accountId,
      sessionId: session.id,
      audience: session.audience,
      issuedAt: secondsOf(session.createdAt),
      expiresAt: secondsOf(session.expiresAt),
    };
    return tokens.signPlain(ours, claims);
  }

  /**
   * Finds the viewer. The caller may still refuse a valid token for its claims, with an error of its own.
   * @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token` · `unknown_account` (it was deleted, or is disabled)
   */
  async function resolve(
    token: string | null,
    audience: string,
    checkClaims: (claims: PlainClaims) => void = () => {},
  ): Promise<PlainViewer> {
    if (token === null) throw new DomainError('no_token', 'An access token is required.');
    const { more, ...claims } = await tokens.verifyPlain(token, audience);
    // The signer allows for clocks that differ, by longer than some of these live.
    if (claims.expiresAt * 1000 <= now().getTime()) {
      throw new DomainError('expired_token', 'The token has expired.');
    }
    checkClaims(more);
    try {
      return { ...(await sessions.viewerOf(claims, 'legacy-token')), claims: more };
    } catch (error) {
      const account = await findAccount(database, claims.accountId);
      if (account && isActive(account)) throw error;
      throw new DomainError('unknown_account', 'There is no such account.', { cause: error });
    }
  }

  return { issue, resolve };
}

function secondsOf(time: string): number {
  return Math.floor(new Date(time).getTime() / 1000);
}
