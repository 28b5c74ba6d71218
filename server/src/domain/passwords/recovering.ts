import type { Database, Tx } from '../../db/database.ts';
import { checkPassword, foldName, type PasswordRule } from '../accounts/account.ts';
import {
  findAccount,
  markEmailVerified,
  replacePassword,
  updateAccount,
} from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { deleteIdentitiesOf } from '../identities/identity-store.ts';
import { deletePasskeysOf } from '../passkeys/passkey-store.ts';
import type { Now, PasswordHasher } from '../ports.ts';
import { deleteRecoveryCodesOf } from '../second-factors/recovery-code-store.ts';
import { deleteTotpKeyOf } from '../second-factors/totp-store.ts';
import { endAccess } from '../sessions/access-ending.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { removeNewLogins } from './new-logins.ts';

type Needs = {
  database: Database;
  now: Now;
  passwords: Pick<PasswordHasher, 'hash'>;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'findByToken' | 'consume'>;
};

type Recovery = {
  token: string;
  password: string;
  address: string;
  passwordRule?: PasswordRule;
  /** Whether identities and passkeys go that were added since the owner last proved themselves by mail; default: no. */
  removesNewLogins?: boolean;
};

/** Sets the passwords of people who have got a link. */
export function passwordRecovering({ database, now, passwords, audit, verifications }: Needs) {
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

  return { recover };
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

function accountGone(): DomainError {
  return new DomainError(
    'gone',
    'The account of this link is closed or disabled, or has another e-mail.',
  );
}
