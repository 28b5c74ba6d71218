import type { Database } from '../../db/database.ts';
import { DomainError } from '../errors.ts';
import type { ownerChallenge } from '../owner-proof.ts';
import type { PasskeyAnswer, PasskeyVerifier } from '../ports.ts';
import type { Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { passkeyChallengeLifeMs, wrongAnswer } from './passkey.ts';

type Needs = {
  database: Database;
  verifier: Pick<PasskeyVerifier, 'challengeOf'>;
  verifications: Pick<VerificationService, 'prepare' | 'issueBeside' | 'tokenOf' | 'findByToken'>;
};

type Use = 'registration' | 'sign-in' | typeof ownerChallenge;

export type PasskeyChallenges = ReturnType<typeof passkeyChallenges>;

/** The challenges that passkeys sign: each is a verification, which works once. */
export function passkeyChallenges({ database, verifier, verifications }: Needs) {
  /** @param viewer whose it is; nobody is known yet at a sign-in */
  async function begin(use: Use, viewer?: Viewer): Promise<string> {
    const row = await verifications.prepare({
      purpose: 'passkey',
      accountId: viewer?.accountId ?? null,
      ...(viewer ? { sessionId: viewer.sessionId } : {}),
      subject: use,
      lifeMs: passkeyChallengeLifeMs,
    });
    await database.transaction((tx) => verifications.issueBeside(tx, row));
    return verifications.tokenOf(row);
  }

  /**
   * The challenge that an answer signs, without using it.
   * @throws DomainError `invalid` (response) · `gone` · `expired`
   */
  async function find(
    use: Use,
    response: PasskeyAnswer,
  ): Promise<{ challenge: string; verification: Verification }> {
    const challenge = verifier.challengeOf(response) ?? '';
    const verification = await verifications.findByToken('passkey', challenge).catch(asWrongAnswer);
    if (verification.subject !== use) throw wrongAnswer();
    return { challenge, verification };
  }

  return { begin, find };
}

function asWrongAnswer(error: unknown): never {
  throw error instanceof DomainError && error.code === 'invalid' ? wrongAnswer() : error;
}
