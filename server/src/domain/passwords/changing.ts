import type { Database } from '../../db/database.ts';
import { checkPassword, type PasswordRule } from '../accounts/account.ts';
import { replacePassword } from '../accounts/account-store.ts';
import { replaceLoginName } from '../accounts/login-name.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { mailLimits, takeFrom } from '../limits.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import type { Counters, Now, PasswordHasher } from '../ports.ts';
import { endAccess } from '../sessions/access-ending.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';

type Needs = {
  database: Database;
  now: Now;
  passwords: Pick<PasswordHasher, 'hash'>;
  counters: Counters;
  audit: AuditLog;
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

/** Changes the passwords of people who know theirs, or have none. */
export function passwordChanging({ database, now, passwords, counters, audit, checkOwner }: Needs) {
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
      if (!isReplaced) throw new DomainError('wrong_password', 'The password is incorrect.');
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

  return { change };
}
