import type { Tx } from '../../db/database.ts';
import { isSqlite } from '../../db/which-engine.ts';
import { lockAccount } from './account-store.ts';

/**
 * As `lockAccount`, and waits for writes that refer to the account and are not committed yet, such as a like of its; further ones
 * wait until the transaction ends. PostgreSQL's updates of the account do neither.
 */
export async function lockWithReferrers(tx: Tx, id: number, at: string): Promise<boolean> {
  // On SQLite one transaction writes at a time.
  if (!isSqlite(tx)) {
    await tx.selectFrom('accounts').select('id').where('id', '=', id).forUpdate().execute();
  }
  return lockAccount(tx, id, at);
}
