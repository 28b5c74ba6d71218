import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { LikeRow } from '../../db/schema.ts';
import type { PageRequest } from '../paging.ts';

/** False when the account likes the post already. */
export function insertLike(tx: Tx, row: LikeRow): Promise<boolean> {
  return insertIgnore(tx, 'likes', row);
}

/** False when the account does not like the post. */
export async function deleteLike(tx: Tx, postId: number, accountId: number): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('likes')
    .where('post_id', '=', postId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

/** Which of these posts the account likes. */
export async function readLikedPosts(
  db: Db,
  accountId: number,
  postIds: readonly number[],
): Promise<Set<number>> {
  if (postIds.length === 0) return new Set();
  const rows = await likedPosts(db, { accountId, postIds: [...postIds] });
  return new Set(rows.map((row) => row.post_id));
}

const likedPosts = prepared((db, args: { accountId: number; postIds: number[] }) =>
  db
    .selectFrom('likes')
    .select('post_id')
    .where('post_id', 'in', args.postIds)
    .where('account_id', '=', args.accountId),
);

/** Who likes a post, the latest first. */
export function listLikes(
  db: Db,
  by: { postId: number } | { accountId: number },
  page: PageRequest,
): Promise<LikeRow[]> {
  let query = db.selectFrom('likes').selectAll();
  query =
    'postId' in by
      ? query.where('post_id', '=', by.postId)
      : query.where('account_id', '=', by.accountId);
  if (page.before !== null) query = query.where('like_key', '<', page.before);
  return query
    .orderBy('like_key', 'desc')
    .limit(page.limit + 1)
    .execute();
}
