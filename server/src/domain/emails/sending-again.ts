import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { DomainError } from '../errors.ts';
import { mailLimits, takeFrom } from '../limits.ts';
import type { Counters } from '../ports.ts';
import {
  bindingOf,
  type ChangeBinding,
  type EmailProofStyle,
  emailVerification,
} from '../verifications/email-verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { readAccount } from './account-email.ts';
import type { IssueConfirmation } from './issuing.ts';

type Needs = {
  database: Database;
  counters: Counters;
  verifications: Pick<VerificationService, 'findPending'>;
  issue: IssueConfirmation;
};

type EmailProof = { email: string; address: string; style: EmailProofStyle };

/** Sends confirmations again. */
export function emailSendingAgain({ database, counters, verifications, issue }: Needs) {
  /** Sends the confirmation that is pending again. @throws DomainError `conflict` (nothing is) · `rate_limited` */
  async function sendAgain(viewer: Viewer, address: string): Promise<void> {
    const account = await readAccount(database, viewer.accountId);
    const { email, change } = await findWaiting(account);
    if (email === null) {
      throw new DomainError('conflict', 'No e-mail address is waiting to be confirmed.');
    }
    const emailKey = foldName(email);
    await takeFrom(counters, mailLimits({ accountId: account.id, emailKey, address }));
    await issue(viewer, address, emailVerification(account.id, email, { change }));
  }

  /**
   * Sends a confirmation to an address that is the viewer's already: the account's, confirmed or not, or the one that waits.
   * @throws DomainError `not_found` (it is not theirs) · `rate_limited`
   */
  async function sendTo(viewer: Viewer, { email, address, style }: EmailProof): Promise<void> {
    const account = await readAccount(database, viewer.accountId);
    const emailKey = foldName(email);
    const waiting = await findWaiting(account);
    const own = [{ email: account.email, change: null }, waiting].find(
      (it) => it.email !== null && foldName(it.email) === emailKey,
    );
    if (!own?.email) {
      throw new DomainError('not_found', 'This is not the e-mail address of your account.');
    }
    await takeFrom(counters, mailLimits({ accountId: account.id, emailKey, address }));
    const { change } = own;
    await issue(viewer, address, emailVerification(account.id, own.email, { style, change }));
  }

  /** The address that waits to be confirmed, with what its link is bound to; null when none does. */
  async function findWaiting(
    account: AccountRow,
  ): Promise<{ email: string | null; change: ChangeBinding | null }> {
    const pending = await verifications.findPending(account.id, 'verify-email');
    if (pending) return { email: pending.subject, change: bindingOf(pending) };
    return { email: account.email_verified_at === null ? account.email : null, change: null };
  }

  return { sendAgain, sendTo };
}
