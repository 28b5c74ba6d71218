import { changedOne } from '../../db/changed-one.ts';
import type { Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import type { BlockRow } from '../../db/schema.ts';
import { edgeStore } from '../edges/edge-store.ts';

const blocks = edgeStore('blocks', {
  actor: 'account_id',
  target: 'target_id',
  key: 'block_key',
});

/** False when the account has blocked the other one already. */
export function insertBlock(tx: Tx, row: BlockRow): Promise<boolean> {
  return insertIgnore(tx, 'blocks', row);
}

/** False when there is none. */
export function deleteBlock(tx: Tx, accountId: number, targetId: number): Promise<boolean> {
  return changedOne(
    tx.deleteFrom('blocks').where('account_id', '=', accountId).where('target_id', '=', targetId),
  );
}

export const hasBlock = blocks.has;

/** Accounts that an account has blocked and that are in use, the latest first. */
export const listVisibleBlocks = blocks.listVisible;

/** Deletes blocks by and of an account, up to `limit` of each. True when none is left. */
export async function deleteSomeBlocks(tx: Tx, accountId: number, limit: number): Promise<boolean> {
  const page = { limit: limit - 1, before: null };
  const rows = [
    ...(await blocks.list(tx, { actor: accountId }, page)),
    ...(await blocks.list(tx, { target: accountId }, page)),
  ];
  for (const { account_id, target_id } of rows) await deleteBlock(tx, account_id, target_id);
  return rows.length === 0;
}
