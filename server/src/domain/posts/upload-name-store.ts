import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import type { UploadNameRow } from '../../db/schema.ts';

/** Gives a file's name to a post. False when another post of the account has it. */
export function insertUploadName(tx: Tx, row: UploadNameRow): Promise<boolean> {
  return insertIgnore(tx, 'upload_names', row);
}

/** Whether a post of the account has a file of this name. */
export async function hasUploadName(db: Db, accountId: number, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('upload_names')
    .select('post_id')
    .where('account_id', '=', accountId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row !== undefined;
}

/** The name of the file that a post was made of; null for none. */
export async function findUploadName(db: Db, postId: number): Promise<string | null> {
  const row = await db
    .selectFrom('upload_names')
    .select('name')
    .where('post_id', '=', postId)
    .executeTakeFirst();
  return row?.name ?? null;
}

/** Frees the name of a post's file. */
export async function deleteUploadName(tx: Tx, postId: number): Promise<void> {
  await tx.deleteFrom('upload_names').where('post_id', '=', postId).execute();
}
