import type { IdempotentRequest } from '../idempotency-store.ts';
import type { OpenSession, Proof, SessionTokens, SignInContext } from './session.ts';
import type { TokensOf } from './session-tokens.ts';
import type { WriteSession } from './session-writing.ts';

type Needs = { writeSession: WriteSession; tokensOf: TokensOf };

export type SessionOpening = ReturnType<typeof sessionOpening>;

/** Every way of signing in ends here. */
export function sessionOpening({ writeSession, tokensOf }: Needs) {
  /**
   * Opens a session for somebody who has shown who they are: where every way of signing in ends.
   * @throws DomainError `wrong_password` when the account was disabled or its password changed meanwhile · `revoked_token` ·
   *   `second_factor_required` when it wants more than was shown; it carries the challenge
   */
  async function open(
    accountId: number,
    proof: Proof,
    context: SignInContext,
    repeat: IdempotentRequest | null = null,
  ): Promise<SessionTokens> {
    return tokensOf(await writeSession(accountId, proof, context, repeat));
  }

  /** As `open`, for a session whose tokens are made elsewhere. @throws DomainError as `open` */
  async function openPlain(
    accountId: number,
    proof: Proof,
    context: SignInContext,
  ): Promise<OpenSession> {
    const row = await writeSession(accountId, proof, context, null);
    return {
      id: row.id,
      accountId,
      audience: row.audience,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
    };
  }

  return { open, openPlain };
}
