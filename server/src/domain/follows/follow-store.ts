import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { StaleRead } from '../../db/errors.ts';
import { prepared } from '../../db/prepared.ts';
import type { Flag, FollowRow } from '../../db/schema.ts';
import { edgeStore } from '../edges/edge-store.ts';

const follows = edgeStore('follows', {
  actor: 'follower_id',
  target: 'followee_id',
  key: 'follow_key',
});

/** False when the follower follows already. */
export function insertFollow(tx: Tx, row: NewFollow): Promise<boolean> {
  return insertIgnore(tx, 'follows', { ...row, follower_hidden: 0, followee_hidden: 0 });
}

export type NewFollow = Omit<FollowRow, HiddenColumn>;

export type HiddenColumn = 'follower_hidden' | 'followee_hidden';

/** The row that was deleted; null when there was none. */
export async function deleteFollow(
  tx: Tx,
  followerId: number,
  followeeId: number,
): Promise<FollowRow | null> {
  const row = await tx
    .selectFrom('follows')
    .selectAll()
    .where('follower_id', '=', followerId)
    .where('followee_id', '=', followeeId)
    .executeTakeFirst();
  if (!row) return null;
  const asRead = tx
    .deleteFrom('follows')
    .where('follower_id', '=', followerId)
    .where('followee_id', '=', followeeId)
    .where('follower_hidden', '=', row.follower_hidden)
    .where('followee_hidden', '=', row.followee_hidden);
  if (!(await changedOne(asRead))) throw new StaleRead();
  return row;
}

/** Hides a follow from one of the two, or shows it again. False when it is so already. */
export function setFollowHidden(
  tx: Tx,
  row: FollowRow,
  column: HiddenColumn,
  hidden: Flag,
): Promise<boolean> {
  return follows.setHidden(tx, row, column, hidden);
}

export const isFollowing = follows.has;

/** Ids of all that an account follows, in no order. */
export async function listFolloweeIds(db: Db, followerId: number): Promise<number[]> {
  const rows = await followees(db, { followerId });
  return rows.map((row) => row.followee_id);
}

const followees = prepared((db, args: { followerId: number }) =>
  db.selectFrom('follows').select('followee_id').where('follower_id', '=', args.followerId),
);

/** Follows by an account (the actor) or of one (the target), also hidden ones, the latest first. */
export const listFollows = follows.list;

/** As `listFollows`, without those whose other side is disabled or deleted. */
export const listVisibleFollows = follows.listVisible;
