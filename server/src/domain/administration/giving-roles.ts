import type { Tx } from '../../db/database.ts';
import { type Role, roleRanks } from '../accounts/account.ts';
import { updateAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkAdminRemains } from '../authority.ts';
import { broadcastAfterCommit } from '../broadcasts.ts';
import type { Now } from '../ports.ts';
import { endAccess } from '../sessions/access-ending.ts';
import type { Locked } from './target-account.ts';

type Needs = { now: Now; audit: AuditLog };

export type RoleGiving = ReturnType<typeof roleGiving>;

/** Gives roles to accounts that are locked. */
export function roleGiving({ now, audit }: Needs) {
  /**
   * An account that loses rights has to sign in again, so that no client keeps showing what it may no longer see.
   * @throws DomainError `conflict` (the last admin)
   */
  async function setRole(
    tx: Tx,
    actor: Actor,
    { target, admins }: Locked,
    role: Role,
  ): Promise<void> {
    const at = now().toISOString();
    checkAdminRemains(target, admins);
    await updateAccount(tx, target.id, { role, updated_at: at });
    // Streams that were opened with the former role end.
    broadcastAfterCommit(tx, 'account.activity', { accountId: target.id });
    if (roleRanks[role] < roleRanks[target.role]) await endAccess(tx, target.id, { at });
    const details = { from: target.role, to: role };
    const who = { accountId: target.id, ...by(actor) };
    await audit.record(tx, { action: 'account.role-changed', ...who, details });
  }

  return { setRole };
}
