import type { Db, Tx } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { PostRow } from '../../db/schema.ts';
import type { PageRequest } from '../paging.ts';

export async function insertPost(tx: Tx, row: PostRow): Promise<void> {
  await tx.insertInto('posts').values(row).execute();
}

/** A post that is not deleted. */
export async function findPost(db: Db, id: number): Promise<PostRow | null> {
  const rows = await readPosts(db, [id]);
  return rows.get(id) ?? null;
}

/** Posts by id; deleted ones are left out. */
export async function readPosts(db: Db, ids: readonly number[]): Promise<Map<number, PostRow>> {
  if (ids.length === 0) return new Map();
  const rows = await postsById(db, { ids: [...ids] });
  return new Map(rows.map((row) => [row.id, row]));
}

const postsById = prepared((db, args: { ids: number[] }) =>
  db.selectFrom('posts').selectAll().where('id', 'in', args.ids).where('state', '<>', 'deleted'),
);

/** Changes a post that is still in one of these states. False when it is not. */
export async function updatePost(
  tx: Tx,
  id: number,
  states: readonly PostRow['state'][],
  values: Partial<PostRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('posts')
    .set(values)
    .where('id', '=', id)
    .where('state', 'in', states)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function addToLikeCount(tx: Tx, id: number, amount: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('posts')
    .set((eb) => ({ like_count: eb('like_count', '+', amount) }))
    .where('id', '=', id)
    .where('state', '=', 'published')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Ids of an account's drafts, newest first; keyed by id. */
export async function listDraftIds(
  db: Db,
  accountId: number,
  page: PageRequest,
): Promise<number[]> {
  let query = db
    .selectFrom('posts')
    .select('id')
    .where('account_id', '=', accountId)
    .where('state', '=', 'draft');
  if (page.before !== null) query = query.where('id', '<', page.before);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return rows.map((row) => row.id);
}

/** Up to `limit` posts of an account in any state. */
export function listPostsOf(db: Db, accountId: number, limit: number): Promise<PostRow[]> {
  return db
    .selectFrom('posts')
    .selectAll()
    .where('account_id', '=', accountId)
    .limit(limit)
    .execute();
}

export async function deletePost(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('posts').where('id', '=', id).execute();
}
