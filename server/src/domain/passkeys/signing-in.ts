import type { Tx } from '../../db/database.ts';
import type { PasskeyAnswer, PasskeyRequest, PasskeyVerifier } from '../ports.ts';
import type { SessionTokens, SignInContext } from '../sessions/session.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { wrongAnswer } from './passkey.ts';
import type { PasskeyChallenges } from './passkey-challenges.ts';
import type { PasskeyCheck } from './passkey-check.ts';

type Needs = {
  verifier: Pick<PasskeyVerifier, 'requestOptions'>;
  verifications: Pick<VerificationService, 'consume'>;
  checkPasskey: PasskeyCheck;
  sessions: Pick<SessionService, 'open'>;
  challenges: PasskeyChallenges;
};

/** Signs people in by a passkey alone. */
export function passkeySigningIn(needs: Needs) {
  const { verifier, verifications, checkPasskey, sessions, challenges } = needs;

  /** What a browser needs to sign somebody in whom nobody has named yet. */
  async function beginSignIn(): Promise<PasskeyRequest> {
    const challenge = await challenges.begin('sign-in');
    return verifier.requestOptions({ challenge, allowed: null });
  }

  /**
   * Opens a session for the owner of a passkey who was verified by the authenticator.
   * @throws DomainError `invalid` (response) · `gone` · `expired` · `wrong_password` (disabled)
   */
  async function signIn(response: PasskeyAnswer, context: SignInContext): Promise<SessionTokens> {
    const { challenge, verification } = await challenges.find('sign-in', response);
    const shown = await checkPasskey(response, challenge, context.device.address);
    if (!shown.isUserVerified) throw wrongAnswer();
    const use = async (tx: Tx) => {
      await verifications.consume(tx, verification);
      await shown.use(tx);
    };
    return sessions.open(shown.accountId, { by: 'passkey', use }, context);
  }

  return { beginSignIn, signIn };
}
