import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { TotpKeyRow } from '../../db/schema.ts';

export async function insertTotpKey(tx: Tx, row: TotpKeyRow): Promise<void> {
  await tx.insertInto('totp_keys').values(row).execute();
}

export async function findTotpKey(db: Db, accountId: number): Promise<TotpKeyRow | null> {
  const rows = await totpKey(db, { accountId });
  return rows[0] ?? null;
}

const totpKey = prepared((db, args: { accountId: number }) =>
  db.selectFrom('totp_keys').selectAll().where('account_id', '=', args.accountId),
);

/** Notes that its owner has shown a code of the key. False when it was confirmed before, or is another key by now. */
export async function confirmTotpKey(
  tx: Tx,
  { account_id, sealed_key }: Pick<TotpKeyRow, 'account_id' | 'sealed_key'>,
  { step, at }: { step: number; at: string },
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('totp_keys')
      .set({ confirmed_at: at, last_step: step })
      .where('account_id', '=', account_id)
      .where('sealed_key', '=', sealed_key)
      .where('confirmed_at', 'is', null),
  );
}

/** Uses a step of a confirmed key up. False when it, or a later one, was used before, or the key is another by now. */
export async function takeTotpStep(
  tx: Tx,
  { account_id, sealed_key }: Pick<TotpKeyRow, 'account_id' | 'sealed_key'>,
  step: number,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('totp_keys')
      .set({ last_step: step })
      .where('account_id', '=', account_id)
      .where('sealed_key', '=', sealed_key)
      .where('confirmed_at', 'is not', null)
      .where('last_step', '<', step),
  );
}

/** Deletes a key that protects nothing yet. */
export async function deleteUnconfirmedTotpKey(tx: Tx, accountId: number): Promise<void> {
  await tx
    .deleteFrom('totp_keys')
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is', null)
    .execute();
}

export async function deleteTotpKeyOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('totp_keys').where('account_id', '=', accountId).execute();
}
