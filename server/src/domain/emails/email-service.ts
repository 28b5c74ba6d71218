import type { Database, Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName, noSuchAccount } from '../accounts/account.ts';
import { findAccount, lockAccount, updateAccount } from '../accounts/account-store.ts';
import { takeProvenName } from '../accounts/name-proofs.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { mailLimits, takeFrom } from '../limits.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Counters, Now, TokenSigner } from '../ports.ts';
import { endPending } from '../sessions/access-ending.ts';
import { findLiveSession } from '../sessions/session-store.ts';
import {
  bindingOf,
  type ChangeBinding,
  type EmailProofStyle,
  emailVerification,
} from '../verifications/email-verification.ts';
import type { NewVerification, Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { isActive } from '../visibility/visibility.ts';

export type EmailService = ReturnType<typeof emailService>;

type Needs = {
  database: Database;
  now: Now;
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  verifications: VerificationService;
  checkOwner: OwnerCheck;
};

type EmailChange = { email: string } & OwnerProof;

type EmailProof = { email: string; address: string; style: EmailProofStyle };

/** Changes e-mail addresses and confirms that somebody reads mail there. */
export function emailService(needs: Needs) {
  const { database, now, counters, tokens, audit, verifications, checkOwner } = needs;

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

  /** Sends the confirmation that is pending again. @throws DomainError `conflict` (nothing is) · `rate_limited` */
  async function sendAgain(viewer: Viewer, address: string): Promise<void> {
    const account = await readAccount(viewer.accountId);
    const { email, change } = await findWaiting(account);
    if (email === null) {
      throw new DomainError('conflict', 'There is no e-mail address that waits to be confirmed.');
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
    const account = await readAccount(viewer.accountId);
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

  /** @param told the confirmed address of the account, whose owner hears of the change before it happens */
  async function issue(
    viewer: Viewer,
    address: string,
    wanted: NewVerification,
    told: string | null = null,
  ): Promise<void> {
    const { accountId } = viewer;
    const row = await verifications.prepare(wanted);
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, now().toISOString());
      await verifications.issue(tx, row);
      if (told !== null) await emit(tx, now(), 'email.change-asked', { accountId, email: told });
      await emit(tx, now(), 'verification.issued', { verificationId: row.id });
      const action = 'email.change-asked';
      await audit.record(tx, { action, accountId, actorId: accountId, address });
    });
  }

  /** Confirms by the link of the mail. @throws DomainError `invalid` (token) · `gone` · `expired` · `taken` */
  async function confirmByToken(token: string, address: string): Promise<void> {
    await confirm(await verifications.findByToken('verify-email', token), address);
  }

  /**
   * The same, but a link of the address that is confirmed by now may be opened again while it lasts.
   * @throws DomainError as `confirmByToken`
   */
  async function confirmRepeatably(token: string, address: string): Promise<void> {
    try {
      await confirmByToken(token, address);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'gone') throw error;
      if (!(await wasConfirmed(token))) throw error;
    }
  }

  async function wasConfirmed(token: string): Promise<boolean> {
    const used = await verifications.findUsedByToken('verify-email', token);
    const account = used && (await findAccount(database, used.accountId ?? 0));
    return (
      used !== null &&
      account !== null &&
      account.email_verified_at !== null &&
      isEmailOf(account, used.subject)
    );
  }

  /** Confirms by the code of the mail. @throws DomainError `invalid` (code) · `gone` · `expired` · `taken` */
  async function confirmByCode(viewer: Viewer, code: string, address: string): Promise<void> {
    const { accountId } = viewer;
    await confirm(await verifications.findByCode(accountId, 'verify-email', code), address);
  }

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
      await takeProvenName(tx, needs, { ...account, ...proven }, proof);
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

  async function readAccount(id: number): Promise<AccountRow> {
    const account = await findAccount(database, id);
    if (!account) throw noSuchAccount();
    return account;
  }

  return { change, sendAgain, sendTo, confirmByToken, confirmRepeatably, confirmByCode };
}

function isEmailOf({ email }: AccountRow, other: string): boolean {
  return email !== null && foldName(email) === foldName(other);
}
