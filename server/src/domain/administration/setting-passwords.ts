import type { Database } from '../../db/database.ts';
import { checkPassword } from '../accounts/account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst } from '../authority.ts';
import { emit } from '../events.ts';
import { removeNewLogins } from '../passwords/new-logins.ts';
import type { Now, PasswordHasher } from '../ports.ts';
import type { ReadRecord } from './finding.ts';
import { lockOut, lockTarget } from './target-account.ts';

type Needs = {
  database: Database;
  now: Now;
  passwords: Pick<PasswordHasher, 'hash'>;
  audit: AuditLog;
  read: ReadRecord;
};

/** Gives accounts of others a password. */
export function passwordSetting({ database, now, passwords, audit, read }: Needs) {
  /**
   * Gives an account another password, ends its sessions, and removes the logins that were added since its owner last
   * proved themselves by mail. @throws DomainError `forbidden` · `not_found` · `conflict` (one’s own account) · `invalid` (password)
   */
  async function setPassword(actor: Actor, id: number, password: string): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    checkPassword(password, await read(actor, id));
    const passwordHash = await passwords.hash(password);
    await database.transaction(async (tx) => {
      const { target } = await lockTarget(tx, actor, id, {
        act: 'govern',
        at: now().toISOString(),
      });
      await lockOut(tx, id, { password_hash: passwordHash }, now().toISOString());
      await removeNewLogins(tx, target);
      await audit.record(tx, { action: 'password.changed', accountId: id, ...by(actor) });
      await emit(tx, now(), 'account.changed', { accountId: id, what: 'password' });
    });
  }

  return { setPassword };
}
