import type { Database, Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { findAccount, lockAccount, updateAccount } from '../accounts/account-store.ts';
import { takeProvenName } from '../accounts/name-proofs.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { endPending } from '../sessions/access-ending.ts';
import { findLiveSession } from '../sessions/session-store.ts';
import { bindingOf } from '../verifications/email-verification.ts';
import type { Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';
import { isEmailOf } from './account-email.ts';

type Needs = {
  database: Database;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'consume' | 'cancel'>;
};

/** @throws DomainError `gone` · `taken` */
export type ConfirmAddress = (verification: Verification, address: string) => Promise<void>;

/** Makes an address that somebody has proved the account's, in place of any other. */
export function addressConfirming(needs: Needs): ConfirmAddress {
  const { database, now, tokens, audit, verifications } = needs;

  async function confirm(verification: Verification, address: string): Promise<void> {
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      const id = verification.accountId ?? 0;
      // The account first: a password that is being changed is another one by then, or waits, and so does somebody else who
      // proves the address at this moment.
      const account = (await lockAccount(tx, id, at)) ? await findAccount(tx, id) : null;
      await verifications.consume(tx, verification);
      if (!account || !isActive(account)) {
        throw new DomainError('gone', 'The account of this link is closed or disabled.');
      }
      const email = verification.subject;
      const isOther = !isEmailOf(account, email);
      if (isOther) await checkBinding(tx, verification, account);
      const proven = { email, email_verified_at: at, updated_at: at };
      await updateAccount(tx, id, proven);
      const proof = { kind: 'email', key: foldName(email), address } as const;
      await takeProvenName(tx, { now, audit, verifications }, { ...account, ...proven }, proof);
      if (isOther) await afterChange(tx, account);
      const by = { accountId: account.id, actorId: account.id, address };
      await audit.record(tx, { action: 'email.verified', ...by });
    });
  }

  /** A mail that was being sent again at that moment was not there to be cancelled. @throws DomainError `gone` */
  async function checkBinding(tx: Tx, of: Verification, account: AccountRow): Promise<void> {
    const binding = bindingOf(of);
    const isBound = binding?.passwordFingerprint === passwordFingerprint(tokens, account);
    if (isBound && binding && (await findLiveSession(tx, binding.sessionId))) return;
    throw new DomainError('gone', 'The account has changed since; ask for the change again.');
  }

  async function afterChange(tx: Tx, { id, email }: AccountRow): Promise<void> {
    // A recovery that was mailed to the former address must not open the account any more.
    await endPending(tx, id, { at: now().toISOString(), isByOwner: true });
    await emit(tx, now(), 'account.changed', {
      accountId: id,
      what: 'email',
      ...(email === null ? {} : { formerEmail: email }),
    });
  }

  return confirm;
}
