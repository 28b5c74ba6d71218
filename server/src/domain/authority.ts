import type { Tx } from '../db/database.ts';
import type { Role } from './accounts/account.ts';
import { findAccount } from './accounts/account-store.ts';
import { type Actor, forbidden } from './administration/account-admin.ts';
import type { AuditEntry } from './audit/audit-log.ts';
import { checkNotByAppPassword } from './sessions/session.ts';

/**
 * What an actor may do, as it was read with the session at the beginning of the request.
 * @throws DomainError `forbidden` for a session of an app password
 */
export function roleAtFirst({ who }: Actor): Role {
  if (who === 'operator') return 'admin';
  checkNotByAppPassword(who);
  return who.role;
}

/** The same as it is now. @throws DomainError `forbidden` for one who may not even sign in any more */
export async function roleOf(tx: Tx, { who }: Actor): Promise<Role> {
  if (who === 'operator') return 'admin';
  checkNotByAppPassword(who);
  const row = await findAccount(tx, who.accountId);
  if (!row || row.disabled_at) throw forbidden();
  return row.role;
}

/** Account of an actor; null for the operator of the program. */
export function idOf({ who }: Actor): number | null {
  return who === 'operator' ? null : who.accountId;
}

/** Who an entry of the audit log is by, and where they ask from. */
export function by(actor: Actor): Pick<AuditEntry, 'actorId' | 'address'> {
  return { actorId: idOf(actor), address: actor.address };
}
