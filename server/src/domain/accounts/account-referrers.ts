import type { Tx } from '../../db/database.ts';
import { isSqlite } from '../../db/which-engine.ts';

/**
 * Waits for writes that refer to an account and are not committed yet, such as a like of its, and keeps further ones waiting until
 * the transaction ends. PostgreSQL's updates of the account do neither.
 */
export async function lockReferrers(tx: Tx, accountId: number): Promise<void> {
  // There one transaction writes at a time.
  if (isSqlite(tx)) return;
  await tx.selectFrom('accounts').select('id').where('id', '=', accountId).forUpdate().execute();
}
