import type { Database, Tx } from '../../db/database.ts';
import { checkPassword, foldName, type PasswordRule } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import {
  findAccount,
  markEmailVerified,
  replacePassword,
  updateAccount,
} from '../accounts/account-store.ts';
import { replaceLoginName } from '../accounts/login-name.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { minuteMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import { type Events, emit } from '../events.ts';
import { deleteIdentitiesOf } from '../identities/identity-store.ts';
import { mailLimits, takeFrom } from '../limits.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import { deletePasskeysOf } from '../passkeys/passkey-store.ts';
import type { Counters, Now, PasswordHasher } from '../ports.ts';
import { deleteRecoveryCodesOf } from '../second-factors/recovery-code-store.ts';
import { deleteTotpKeyOf } from '../second-factors/totp-store.ts';
import { endAccess } from '../sessions/access-ending.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { isActive } from '../visibility/visibility.ts';
import { removeNewLogins } from './new-logins.ts';

export type PasswordService = ReturnType<typeof passwordService>;

type Needs = {
  database: Database;
  now: Now;
  passwords: PasswordHasher;
  counters: Counters;
  audit: AuditLog;
  verifications: VerificationService;
  checkOwner: OwnerCheck;
};

type PasswordChange = {
  oldPassword: string | undefined;
  newPassword: string;
  address: string;
  passwordRule?: PasswordRule;
  /** By what to sign in from now on, besides other names; others see it, too. */
  loginName?: string;
  /** Which sessions end; default: all but the one that asks. */
  ends?: 'others' | 'all';
};

type Recovery = {
  token: string;
  password: string;
  address: string;
  passwordRule?: PasswordRule;
  /** Whether identities and passkeys go that were added since the owner last proved themselves by mail; default: no. */
  removesNewLogins?: boolean;
};

/** Writes the result of a job together with the note that it is done. */
type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

const recoveryMs = 30 * minuteMs;

/** Changes passwords, and lets people choose a new one who have lost theirs. */
export function passwordService(needs: Needs) {
  const { database, now, passwords, counters, audit, verifications, checkOwner } = needs;

  /**
   * Changes the viewer's password, or sets the first.
   * @throws DomainError `invalid` · `wrong_password` · `forbidden` (no password, old session) · `taken` (loginName) ·
   *   `revoked_token` (the session ended meanwhile) · `rate_limited` · `unavailable`
   */
  async function change(viewer: Viewer, input: PasswordChange): Promise<void> {
    const account = await checkOwner(viewer, {
      password: input.oldPassword ?? null,
      field: 'oldPassword',
      address: input.address,
    });
    checkPassword(input.newPassword, { ...input, username: account.username }, 'newPassword');
    // Each change is told by mail, maybe to an address of somebody else.
    await takeFrom(counters, mailLimits({ accountId: account.id }));
    const to = await passwords.hash(input.newPassword);
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      await lockViewer(tx, viewer, at);
      const isReplaced = await replacePassword(tx, account.id, {
        from: account.password_hash,
        to,
        at,
      });
      if (!isReplaced) throw new DomainError('wrong_password', 'The password is wrong.');
      if (input.loginName !== undefined) await replaceLoginName(tx, account, input.loginName, at);
      await endAccess(tx, account.id, {
        at,
        keptSessionId: input.ends === 'all' ? 0 : viewer.sessionId,
        isByOwner: true,
      });
      await emit(tx, now(), 'account.changed', { accountId: account.id, what: 'password' });
      await audit.record(tx, {
        action: 'password.changed',
        accountId: account.id,
        actorId: viewer.accountId,
        address: input.address,
      });
    });
  }

  /**
   * Begins a recovery. Does the same for addresses that nobody has: who has an account is nobody's business.
   * @param lifeMs how long the link works; default: half an hour
   * @throws DomainError `rate_limited`
   */
  async function askRecovery(email: string, address: string, lifeMs = recoveryMs): Promise<void> {
    await takeFrom(counters, mailLimits({ emailKey: foldName(email), address }));
    const asked = { email, address, lifeMs };
    await database.transaction((tx) => emit(tx, now(), 'recovery.asked', asked));
  }

  /** Looks whose e-mail it is that asked for a recovery, and issues a link to its owner. */
  async function startRecovery(asked: Events['recovery.asked'], write: WriteOnce): Promise<void> {
    const found = await findAccountByName(database, foldName(asked.email), ['email']);
    const account = found?.email && isActive(found) ? { ...found, email: found.email } : null;
    const row = account
      ? await verifications.prepare({
          purpose: 'recover-password',
          accountId: account.id,
          subject: account.email,
          lifeMs: asked.lifeMs ?? recoveryMs,
        })
      : null;
    await write(async (tx) => {
      await audit.record(tx, {
        action: 'password.recovery-asked',
        accountId: account?.id ?? null,
        actorId: null,
        address: asked.address,
      });
      if (!row) return;
      await verifications.issue(tx, row);
      await emit(tx, now(), 'verification.issued', { verificationId: row.id });
    });
  }

  /**
   * Sets a new password for a person who reads the account's mail, and ends all of its sessions.
   * @throws DomainError `invalid` (token, password) · `gone` · `expired` · `unavailable`
   */
  async function recover({ token, password, address, ...more }: Recovery): Promise<void> {
    const verification = await verifications.findByToken('recover-password', token);
    const account = await findAccount(database, verification.accountId ?? 0);
    if (!account) throw accountGone();
    checkPassword(password, { ...more, username: account.username });
    const to = await passwords.hash(password);
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      await verifications.consume(tx, verification);
      if (!(await replacePassword(tx, account.id, { to, at }))) throw accountGone();
      await checkIsMailOf(tx, account.id, verification.subject);
      const isFirstProof = await markEmailVerified(tx, account.id, verification.subject, at);
      if (isFirstProof) await dropOtherWays(tx, account.id);
      else if (more.removesNewLogins) await removeNewLogins(tx, account);
      await updateAccount(tx, account.id, { recovered_at: at });
      await endAccess(tx, account.id, { at });
      await emit(tx, now(), 'account.changed', { accountId: account.id, what: 'password' });
      await audit.record(tx, {
        action: 'password.recovered',
        accountId: account.id,
        actorId: account.id,
        address,
        details: { isFirstProof, removesNewLogins: more.removesNewLogins ?? false },
      });
    });
  }

  /**
   * A worker that issues a link may have read the account before its e-mail changed: that link went to the former address.
   * @throws DomainError `gone`
   */
  async function checkIsMailOf(tx: Tx, accountId: number, email: string): Promise<void> {
    const current = (await findAccount(tx, accountId))?.email ?? '';
    if (foldName(current) !== foldName(email)) throw accountGone();
  }

  /**
   * Until now nobody had shown that the address is theirs. A person who created the account with somebody else's must not keep a way
   * in beside its owner. App passwords end with the password that they were made under.
   */
  async function dropOtherWays(tx: Tx, accountId: number): Promise<void> {
    await deleteIdentitiesOf(tx, accountId);
    await deletePasskeysOf(tx, accountId);
    await deleteTotpKeyOf(tx, accountId);
    await deleteRecoveryCodesOf(tx, accountId);
  }

  return { change, askRecovery, startRecovery, recover };
}

function accountGone(): DomainError {
  return new DomainError(
    'gone',
    'The account of this link is closed or disabled, or has another e-mail.',
  );
}
