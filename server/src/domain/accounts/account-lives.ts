import type { Tx } from '../../db/database.ts';
import { isActive } from '../visibility/visibility.ts';
import { accountEnded } from './account.ts';
import { findAccount } from './account-store.ts';

/**
 * For the transaction of somebody's request: their account may have been closed or disabled since their token was judged, and
 * what is written for it then would stay behind.
 * @throws DomainError `revoked_token`
 */
export async function checkLives(tx: Tx, accountId: number): Promise<void> {
  const account = await findAccount(tx, accountId);
  if (!account || !isActive(account)) throw accountEnded();
}
