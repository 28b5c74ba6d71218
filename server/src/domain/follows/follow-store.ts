import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { FollowRow } from '../../db/schema.ts';
import type { PageRequest } from '../paging.ts';

/** False when the follower follows already. */
export function insertFollow(tx: Tx, row: FollowRow): Promise<boolean> {
  return insertIgnore(tx, 'follows', row);
}

/** False when there was nothing to delete. */
export async function deleteFollow(
  tx: Tx,
  followerId: number,
  followeeId: number,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('follows')
    .where('follower_id', '=', followerId)
    .where('followee_id', '=', followeeId)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

export async function isFollowing(
  db: Db,
  followerId: number,
  followeeId: number,
): Promise<boolean> {
  const rows = await followBetween(db, { followerId, followeeId });
  return rows.length > 0;
}

const followBetween = prepared((db, args: { followerId: number; followeeId: number }) =>
  db
    .selectFrom('follows')
    .select('follow_key')
    .where('follower_id', '=', args.followerId)
    .where('followee_id', '=', args.followeeId),
);

/** Ids of all that an account follows, in no order. */
export async function listFolloweeIds(db: Db, followerId: number): Promise<number[]> {
  const rows = await followees(db, { followerId });
  return rows.map((row) => row.followee_id);
}

const followees = prepared((db, args: { followerId: number }) =>
  db.selectFrom('follows').select('followee_id').where('follower_id', '=', args.followerId),
);

/** Follows of an account in one direction, the latest first. */
export function listFollows(
  db: Db,
  of: { followerId: number } | { followeeId: number },
  page: PageRequest,
): Promise<FollowRow[]> {
  let query = db.selectFrom('follows').selectAll();
  query =
    'followerId' in of
      ? query.where('follower_id', '=', of.followerId)
      : query.where('followee_id', '=', of.followeeId);
  if (page.before !== null) query = query.where('follow_key', '<', page.before);
  return query
    .orderBy('follow_key', 'desc')
    .limit(page.limit + 1)
    .execute();
}
