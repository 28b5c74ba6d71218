import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { Flag, LikeRow } from '../../db/schema.ts';
import type { PageRequest } from '../paging.ts';
import { accountIsActive } from '../visibility/visibility-store.ts';

/** False when the account likes the post already. */
export function insertLike(tx: Tx, row: Omit<LikeRow, 'hidden'>): Promise<boolean> {
  return insertIgnore(tx, 'likes', { ...row, hidden: 0 });
}

/** Whether the post counted it; null when the account does not like the post. */
export async function deleteLike(
  tx: Tx,
  postId: number,
  accountId: number,
): Promise<'counted' | 'hidden' | null> {
  for (const hidden of [0, 1] as const) {
    const row = tx
      .deleteFrom('likes')
      .where('post_id', '=', postId)
      .where('account_id', '=', accountId)
      .where('hidden', '=', hidden);
    if (await changedOne(row)) return hidden ? 'hidden' : 'counted';
  }
  return null;
}

/** Hides a like, or shows it again. False when it is so already. */
export async function setLikeHidden(
  tx: Tx,
  { post_id, account_id }: Pick<LikeRow, 'post_id' | 'account_id'>,
  hidden: Flag,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('likes')
      .set({ hidden })
      .where('post_id', '=', post_id)
      .where('account_id', '=', account_id)
      .where('hidden', '<>', hidden),
  );
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

/** Likes of a post by accounts that are neither disabled nor deleted, the latest first. */
export function listVisibleLikes(
  db: Db,
  postId: number,
  { before, limit }: PageRequest,
): Promise<LikeRow[]> {
  return (
    db
      .selectFrom('likes')
      // Each has an account; by a left join SQLite is kept from beginning with all accounts.
      .leftJoin('accounts', 'accounts.id', 'likes.account_id')
      .selectAll('likes')
      .where('likes.post_id', '=', postId)
      .where(accountIsActive())
      .$if(before !== null, (query) => query.where('likes.like_key', '<', before ?? 0))
      .orderBy('likes.like_key', 'desc')
      .limit(limit + 1)
      .execute()
  );
}

/** Accounts that may be seen and like these posts: the latest `count` of each, the latest first. */
export async function readNewestLikers(
  db: Db,
  postIds: readonly number[],
  count: number,
): Promise<Map<number, number[]>> {
  const likers = new Map<number, number[]>();
  if (postIds.length === 0) return likers;
  const rows = await db
    .selectFrom((eb) =>
      eb
        .selectFrom('likes')
        .innerJoin('accounts', 'accounts.id', 'likes.account_id')
        .select((it) => [
          'likes.post_id',
          'likes.account_id',
          it.fn
            .agg<number>('row_number')
            .over((of) => of.partitionBy('likes.post_id').orderBy('likes.like_key', 'desc'))
            .as('place'),
        ])
        .where('likes.post_id', 'in', [...postIds])
        .where(accountIsActive())
        .as('ranked'),
    )
    .select(['post_id', 'account_id'])
    .where('place', '<=', count)
    .orderBy('place')
    .execute();
  for (const { post_id, account_id } of rows) {
    likers.set(post_id, [...(likers.get(post_id) ?? []), account_id]);
  }
  return likers;
}

/** Likes of a post or of an account, also hidden ones, the latest first. */
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
