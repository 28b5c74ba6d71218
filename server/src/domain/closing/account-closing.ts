import type { Tx } from '../../db/database.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { deleteAccountNames } from '../accounts/account-name-store.ts';
import { markAccountDeleted } from '../accounts/account-store.ts';
import { emit } from '../events.ts';
import { endAccess } from '../sessions/access-ending.ts';

/**
 * Closes an account: its names are free and its sessions over at once; its content follows.
 * @throws DomainError `not_found`
 */
export async function closeAccount(tx: Tx, accountId: number, now: Date): Promise<void> {
  const at = now.toISOString();
  if (!(await markAccountDeleted(tx, accountId, at))) throw noSuchAccount();
  await deleteAccountNames(tx, accountId);
  // It is closed, so that nothing is kept of what waits: not even the first proof of its e-mail.
  await endAccess(tx, accountId, { at });
  await emit(tx, now, 'account.deleted', { accountId });
}
