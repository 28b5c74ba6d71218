import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkAdminRemains, checkMay, roleAtFirst } from '../authority.ts';
import { closeAccount } from '../closing/account-closing.ts';
import type { Now } from '../ports.ts';
import { lockTarget } from './target-account.ts';

type Needs = { database: Database; now: Now; audit: AuditLog };

/** Closes accounts of others. */
export function accountRemoving({ database, now, audit }: Needs) {
  /**
   * Closes an account as its owner would; there is always an admin left.
   * @throws DomainError `forbidden` · `not_found` · `conflict` (one’s own account, the last admin)
   */
  async function remove(actor: Actor, id: number): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    await database.transaction(async (tx) => {
      const { target, admins } = await lockTarget(tx, actor, id, {
        act: 'govern',
        at: now().toISOString(),
      });
      checkAdminRemains(target, admins);
      await closeAccount(tx, id, now());
      const details = { username: target.username };
      await audit.record(tx, { action: 'account.deleted', accountId: id, ...by(actor), details });
    });
  }

  return { remove };
}
