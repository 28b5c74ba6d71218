import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import type { RecoveryCodeRow } from '../../db/schema.ts';

export async function insertRecoveryCodes(tx: Tx, rows: readonly RecoveryCodeRow[]): Promise<void> {
  await tx
    .insertInto('recovery_codes')
    .values([...rows])
    .execute();
}

/** How many codes of an account are left. */
export async function countRecoveryCodes(db: Db, accountId: number): Promise<number> {
  const rows = await db
    .selectFrom('recovery_codes')
    .select('code_hash')
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .execute();
  return rows.length;
}

/** Uses a code up. False when there is no such code, or another request was faster. */
export async function takeRecoveryCode(
  tx: Tx,
  { account_id, code_hash }: Pick<RecoveryCodeRow, 'account_id' | 'code_hash'>,
  at: string,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('recovery_codes')
      .set({ used_at: at })
      .where('account_id', '=', account_id)
      .where('code_hash', '=', code_hash)
      .where('used_at', 'is', null),
  );
}

export async function deleteRecoveryCodesOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute();
}
