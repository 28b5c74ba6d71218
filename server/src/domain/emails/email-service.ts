import type { Database, Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName, noSuchAccount } from '../accounts/account.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { findAccount, holdAccount, updateAccount } from '../accounts/account-store.ts';
import { takeProvenName } from '../accounts/name-proofs.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { mailLimits, takeFrom } from '../limits.ts';
import type { OwnerCheck } from '../passwords/owner-check.ts';
import type { Counters, Now } from '../ports.ts';
import type { Viewer } from '../sessions/session.ts';
import type { NewVerification, Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { type EmailProofStyle, emailVerification } from './email.ts';

export type EmailService = ReturnType<typeof emailService>;

type Needs = {
  database: Database;
  now: Now;
  counters: Counters;
  audit: AuditLog;
  verifications: VerificationService;
  checkOwner: OwnerCheck;
};

type EmailChange = { email: string; password: string | undefined; address: string };

type EmailProof = { email: string; address: string; style: EmailProofStyle };

/** Changes e-mail addresses and confirms that somebody reads mail there. */
export function emailService(needs: Needs) {
  const { database, now, counters, audit, verifications, checkOwner } = needs;

  /**
   * Sends a confirmation to another address; the account keeps its own until that is used. Whether somebody else has the
   * address is for the mail to say, to its owner alone.
   * @throws DomainError `invalid` · `wrong_password` · `forbidden` (no password, old session) · `rate_limited`
   */
  async function change(viewer: Viewer, { email, password, address }: EmailChange): Promise<void> {
    await checkOwner(viewer, { password: password ?? null });
    await takeFrom(
      counters,
      mailLimits({ accountId: viewer.accountId, emailKey: foldName(email), address }),
    );
    await issue(viewer, address, emailVerification(viewer.accountId, email));
  }

  /** Sends the confirmation that is pending again. @throws DomainError `conflict` (nothing is) · `rate_limited` */
  async function sendAgain(viewer: Viewer, address: string): Promise<void> {
    const account = await readAccount(viewer.accountId);
    const pending = await verifications.findPendingSubject(account.id, 'verify-email');
    const email = pending ?? (account.email_verified_at === null ? account.email : null);
    if (email === null) {
      throw new DomainError('conflict', 'There is no e-mail address that waits to be confirmed.');
    }
    const emailKey = foldName(email);
    await takeFrom(counters, mailLimits({ accountId: account.id, emailKey, address }));
    await issue(viewer, address, emailVerification(account.id, email));
  }

  /**
   * Sends a confirmation to an address that is the viewer's already: the account's, confirmed or not, or the one that waits.
   * @throws DomainError `not_found` (it is not theirs) · `rate_limited`
   */
  async function sendTo(viewer: Viewer, { email, address, style }: EmailProof): Promise<void> {
    const account = await readAccount(viewer.accountId);
    const pending = await verifications.findPendingSubject(account.id, 'verify-email');
    const emailKey = foldName(email);
    const own = [account.email, pending].find((it) => it !== null && foldName(it) === emailKey);
    if (!own) throw new DomainError('not_found', 'This is not the e-mail address of your account.');
    await takeFrom(counters, mailLimits({ accountId: account.id, emailKey, address }));
    await issue(viewer, address, emailVerification(account.id, own, style));
  }

  async function issue(
    { accountId }: Viewer,
    address: string,
    wanted: NewVerification,
  ): Promise<void> {
    const row = await verifications.prepare(wanted);
    await database.transaction(async (tx) => {
      await checkLives(tx, accountId);
      await verifications.issue(tx, row);
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
    if (!account || account.email === null || account.email_verified_at === null) return false;
    return foldName(account.email) === foldName(used.subject);
  }

  /** Confirms by the code of the mail. @throws DomainError `invalid` (code) · `gone` · `expired` · `taken` */
  async function confirmByCode(viewer: Viewer, code: string, address: string): Promise<void> {
    const { accountId } = viewer;
    await confirm(await verifications.findByCode(accountId, 'verify-email', code), address);
  }

  async function confirm(verification: Verification, address: string): Promise<void> {
    await database.transaction(async (tx) => {
      await verifications.consume(tx, verification);
      const id = verification.accountId ?? 0;
      const at = now().toISOString();
      // Somebody else may prove the address at this moment, and take it from this account.
      const account = (await holdAccount(tx, id, at)) ? await findAccount(tx, id) : null;
      if (!account) throw new DomainError('gone', 'The account of this link is closed.');
      const email = verification.subject;
      const key = foldName(email);
      const proven = { email, email_verified_at: at, updated_at: at };
      await updateAccount(tx, id, proven);
      await takeProvenName(tx, needs, { ...account, ...proven }, { kind: 'email', key, address });
      if (account.email === null || foldName(account.email) !== key) {
        await afterChange(tx, account);
      }
      const by = { accountId: account.id, actorId: account.id, address };
      await audit.record(tx, { action: 'email.verified', ...by });
    });
  }

  async function afterChange(tx: Tx, { id, email }: AccountRow): Promise<void> {
    // A recovery that was mailed to the former address must not open the account any more.
    await verifications.cancel(tx, id, ['recover-password']);
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
