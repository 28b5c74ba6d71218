import type { Database, Tx } from '../../db/database.ts';
import type { AccountRow, VerificationRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst } from '../authority.ts';
import { emit } from '../events.ts';
import { removeNewLogins } from '../passwords/new-logins.ts';
import type { Now } from '../ports.ts';
import { isActive } from '../visibility/visibility.ts';
import { type AccountChange, type AccountRecord, actOf } from './account-admin.ts';
import type { AccountDisabling } from './disabling.ts';
import type { ReadRecord } from './finding.ts';
import type { RoleGiving } from './giving-roles.ts';
import type { RecoveryLinks } from './recovery-links.ts';
import { lockOut, lockTarget } from './target-account.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  disabling: AccountDisabling;
  roles: RoleGiving;
  recoveries: RecoveryLinks;
  read: ReadRecord;
};

/** Changes accounts of others: disables and enables them, gives roles, and forces a new password. */
export function accountChanging(needs: Needs) {
  const { database, now, audit, disabling, roles, recoveries, read } = needs;

  /**
   * Changes who may get in and what they may do there; what is so already stays. Nobody changes their own account, and
   * there is always an admin left.
   * @throws DomainError `forbidden` · `not_found` · `conflict` (one’s own account, the last admin)
   */
  async function change(actor: Actor, id: number, wanted: AccountChange): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), actOf(wanted));
    const recovery = wanted.forceReset ? await recoveries.prepare() : null;
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      const locked = await lockTarget(tx, actor, id, { act: actOf(wanted), at });
      const { target } = locked;
      if (wanted.disabled === true && isActive(target)) await disabling.disable(tx, actor, locked);
      if (wanted.disabled === false && !isActive(target)) await disabling.enable(tx, actor, target);
      if (wanted.role && wanted.role !== target.role) {
        await roles.setRole(tx, actor, locked, wanted.role);
      }
      if (recovery) await reset(tx, actor, target, recovery);
    });
    return read(actor, id);
  }

  async function reset(
    tx: Tx,
    actor: Actor,
    target: AccountRow,
    recovery: VerificationRow,
  ): Promise<void> {
    await lockOut(tx, target.id, { password_hash: null }, now().toISOString());
    // Without an address nothing is mailed, and these may be the only way back.
    if (target.email !== null) await removeNewLogins(tx, target);
    await audit.record(tx, { action: 'account.reset-forced', accountId: target.id, ...by(actor) });
    await emit(tx, now(), 'account.changed', { accountId: target.id, what: 'password' });
    await recoveries.send(tx, target, recovery);
  }

  return { change };
}
