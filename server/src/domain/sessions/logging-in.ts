import { foldName } from '../accounts/account.ts';
import { type IdempotentRequest, idempotentRequest } from '../idempotency-store.ts';
import type { TokenSigner } from '../ports.ts';
import type { SessionOpening } from './opening.ts';
import type { Login, PasswordCheck } from './password-check.ts';
import type { OpenSession, Proof, SessionTokens } from './session.ts';

type Needs = {
  tokens: Pick<TokenSigner, 'mac'>;
  checkPassword: PasswordCheck;
  opening: SessionOpening;
};

export type LogIn = Login & { idempotencyKey: string | null };

/** Signs people in by their password, or by an app password. */
export function sessionLoggingIn({ tokens, checkPassword, opening }: Needs) {
  /**
   * Opens a session for somebody who knows the password, or one of the app passwords.
   * @throws DomainError `unknown_account` · `wrong_password` (after the same time) · `rate_limited` · `second_factor_required`
   */
  async function logIn(input: LogIn): Promise<SessionTokens> {
    const { id, proof } = await checkPassword(input);
    return opening.open(id, proof, input, repeatOf(tokens, { login: input, accountId: id, proof }));
  }

  /** As `logIn`, for a session whose tokens are made elsewhere. @throws DomainError as `logIn` */
  async function logInPlain(input: Login): Promise<OpenSession> {
    const { id, proof } = await checkPassword(input);
    return opening.openPlain(id, proof, input);
  }

  return { logIn, logInPlain };
}

/** With the way in: a session opened by the password is not for somebody who knows an app password. */
function repeatOf(
  tokens: Needs['tokens'],
  { login, accountId, proof }: { login: LogIn; accountId: number; proof: Proof },
): IdempotentRequest | null {
  const appPasswordId = proof.by === 'app-password' ? proof.appPasswordId : null;
  const asked = JSON.stringify([foldName(login.login), appPasswordId]);
  const key = login.idempotencyKey;
  return idempotentRequest(tokens, { accountId, key, operation: 'sessions.logIn', asked });
}
