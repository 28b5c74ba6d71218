import { foldName } from '../accounts/account.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import { mailLimits, takeFrom } from '../limits.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Counters, TokenSigner } from '../ports.ts';
import { emailVerification } from '../verifications/email-verification.ts';
import type { Viewer } from '../viewer.ts';
import { isEmailOf } from './account-email.ts';
import type { IssueConfirmation } from './issuing.ts';

type Needs = {
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  checkOwner: OwnerCheck;
  issue: IssueConfirmation;
};

type EmailChange = { email: string } & OwnerProof;

/** Changes the addresses of accounts, once they are confirmed. */
export function emailChanging({ counters, tokens, checkOwner, issue }: Needs) {
  /**
   * Sends a confirmation to another address; the account keeps its own until that is used, and is told of it there if it
   * was confirmed. Whether somebody else has the address is for the mail to say, to its owner alone.
   * @throws DomainError as `OwnerCheck`
   */
  async function change(viewer: Viewer, { email, ...proof }: EmailChange): Promise<void> {
    const { address } = proof;
    const account = await checkOwner(viewer, proof);
    await takeFrom(
      counters,
      mailLimits({ accountId: viewer.accountId, emailKey: foldName(email), address }),
    );
    const { sessionId } = viewer;
    const change = isEmailOf(account, email)
      ? null
      : { sessionId, passwordFingerprint: passwordFingerprint(tokens, account) };
    const told = change && account.email_verified_at !== null ? account.email : null;
    await issue(viewer, address, emailVerification(account.id, email, { change }), told);
  }

  return { change };
}
