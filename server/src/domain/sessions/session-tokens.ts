import type { SessionRow } from '../../db/schema.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { accessTokenSeconds, type SessionTokens } from './session.ts';

export type TokensOf = (session: SessionRow) => Promise<SessionTokens>;

/** Makes the access token and the refresh token of a session's newest generation. */
export function tokensOfSessions(needs: { now: Now; tokens: TokenSigner }): TokensOf {
  const { now, tokens } = needs;
  return async (session) => {
    const issuedAt = Math.floor(now().getTime() / 1000);
    const accessToken = await tokens.sign({
      accountId: session.account_id,
      sessionId: session.id,
      audience: session.audience,
      issuedAt,
      expiresAt: issuedAt + accessTokenSeconds,
      generation: session.generation,
    });
    const mac = refreshMac(tokens, session, session.generation);
    return {
      sessionId: session.id,
      accountId: session.account_id,
      accessToken,
      accessTokenSeconds,
      refreshToken: `${session.id}.${session.generation}.${mac}`,
    };
  };
}

/** The last part of a refresh token. The seed makes tokens of a restored or reused id worthless; the key is not in the database. */
export function refreshMac(
  tokens: Pick<TokenSigner, 'mac'>,
  session: Pick<SessionRow, 'id' | 'seed'>,
  generation: number,
): string {
  return tokens.mac(`refresh ${session.id} ${session.seed} ${generation}`);
}
