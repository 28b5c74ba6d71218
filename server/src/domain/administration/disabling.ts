import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { updateAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkAdminRemains } from '../authority.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import { type Locked, lockOut } from './target-account.ts';

type Needs = { now: Now; audit: AuditLog };

export type AccountDisabling = ReturnType<typeof accountDisabling>;

/** Disables accounts that are locked, and enables them again. */
export function accountDisabling({ now, audit }: Needs) {
  /** @throws DomainError `conflict` (the last admin) */
  async function disable(tx: Tx, actor: Actor, { target, admins }: Locked): Promise<void> {
    checkAdminRemains(target, admins);
    const at = now().toISOString();
    await lockOut(tx, target.id, { disabled_at: at }, at);
    await emit(tx, now(), 'account.hidden', { accountId: target.id });
    await audit.record(tx, { action: 'account.disabled', accountId: target.id, ...by(actor) });
  }

  async function enable(tx: Tx, actor: Actor, { id }: AccountRow): Promise<void> {
    await updateAccount(tx, id, { disabled_at: null, updated_at: now().toISOString() });
    await emit(tx, now(), 'account.hidden', { accountId: id });
    await audit.record(tx, { action: 'account.enabled', accountId: id, ...by(actor) });
  }

  return { disable, enable };
}
