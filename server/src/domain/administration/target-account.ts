import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { findAccount, lockAdmins, updateAccount } from '../accounts/account-store.ts';
import { type Act, type Actor, checkMay, checkMayTouch, idOf, roleOf } from '../authority.ts';
import { endAccess } from '../sessions/access-ending.ts';

/** What an act is about, while no other admin can act. */
export type Locked = { target: AccountRow; admins: number };

/**
 * Lets one act happen at a time: the rows of all admins are locked until the transaction ends. Two admins who take each
 * other's role away do it one after the other, and the second one is no admin any more.
 * @throws DomainError `forbidden` · `not_found` · `conflict` (one’s own account)
 */
export async function lockTarget(
  tx: Tx,
  actor: Actor,
  id: number,
  { act, at }: { act: Act; at: string },
): Promise<Locked> {
  const admins = await lockAdmins(tx, at);
  const role = await roleOf(tx, actor);
  checkMay(role, act);
  const target = await findAccount(tx, id);
  if (!target) throw noSuchAccount();
  checkMayTouch({ id: idOf(actor), role }, target);
  return { target, admins };
}

/**
 * Changes an account and ends all access to it. The account first: a login that is on its way waits for its row, and then
 * sees what has changed.
 */
export async function lockOut(
  tx: Tx,
  id: number,
  values: Pick<Partial<AccountRow>, 'disabled_at' | 'password_hash'>,
  at: string,
): Promise<void> {
  await updateAccount(tx, id, { ...values, updated_at: at });
  await endAccess(tx, id, { at });
}
