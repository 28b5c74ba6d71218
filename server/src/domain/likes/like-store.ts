import { sql } from 'kysely';
import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { ignoringDuplicates, unlessTaken } from '../../db/dialects.ts';
import { StaleRead } from '../../db/errors.ts';
import { preparedWrite } from '../../db/prepared.ts';
import type { Flag, LikeRow } from '../../db/schema.ts';
import { edgeStore } from '../edges/edge-store.ts';
import type { PageRequest } from '../paging.ts';
import { accountIsActive, notBlocked, postIsPublished } from '../visibility/visibility-store.ts';

const likes = edgeStore('likes', { actor: 'account_id', target: 'post_id', key: 'like_key' });

/**
 * Writes a like of a published post between accounts that are in use and have not blocked each other. False when that is not so,
 * or the account likes the post already.
 */
export function insertLike(tx: Tx, row: NewLike): Promise<boolean> {
  return ignoringDuplicates(tx, () => insertVisible(tx, row));
}

type NewLike = Omit<LikeRow, 'hidden'>;

const insertVisible = preparedWrite((tx, row: NewLike) =>
  unlessTaken(
    tx,
    tx
      .insertInto('likes')
      .columns(['post_id', 'account_id', 'like_key', 'hidden'])
      .expression((eb) =>
        eb
          .selectFrom('posts')
          .innerJoin('accounts as authors', 'authors.id', 'posts.account_id')
          .innerJoin('accounts as likers', (join) => join.on('likers.id', '=', row.account_id))
          .select(['posts.id', 'likers.id as liker', eb.val(row.like_key).as('key')])
          .select(eb.lit(0).as('hidden'))
          .where('posts.id', '=', row.post_id)
          .where(postIsPublished())
          .where(accountIsActive('authors'))
          .where(accountIsActive('likers'))
          .where(notBlocked(sql.ref('authors.id'), sql.ref('likers.id'))),
      ),
  ),
);

export const hasLike = likes.has;

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
  // Shown again between the two.
  if (await hasLike(tx, accountId, postId)) throw new StaleRead();
  return null;
}

/** Hides a like, or shows it again. False when it is so already. */
export function setLikeHidden(tx: Tx, like: LikeRow, hidden: Flag): Promise<boolean> {
  return likes.setHidden(tx, like, 'hidden', hidden);
}

/** Which of these posts the account likes. */
export const readLikedPosts = likes.targetsAmong;

/** Posts of an author that an account likes, hidden likes too, in the order of their ids. */
export async function listLikedPostsOf(
  db: Db,
  { likerId, authorId, limit }: { likerId: number; authorId: number; limit: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom('likes')
    .innerJoin('posts', 'posts.id', 'likes.post_id')
    .select('likes.post_id')
    .where('likes.account_id', '=', likerId)
    .where('posts.account_id', '=', authorId)
    .orderBy('likes.post_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.post_id);
}

/** Likes of a post by accounts that are neither disabled nor deleted, the latest first. */
export function listVisibleLikes(db: Db, postId: number, page: PageRequest): Promise<LikeRow[]> {
  return likes.listVisible(db, { target: postId }, page);
}

/** Likes of a post (the target) or of an account (the actor), also hidden ones, the latest first. */
export const listLikes = likes.list;

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
