import { sql } from 'kysely';
import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { ignoringDuplicates, unlessTaken } from '../../db/dialects.ts';
import { StaleRead } from '../../db/errors.ts';
import { prepared, preparedWrite } from '../../db/prepared.ts';
import type { Flag, FollowRow } from '../../db/schema.ts';
import { edgeStore } from '../edges/edge-store.ts';
import { accountIsActive, notBlocked } from '../visibility/visibility-store.ts';

const follows = edgeStore('follows', {
  actor: 'follower_id',
  target: 'followee_id',
  key: 'follow_key',
});

/**
 * Writes a follow between accounts that are in use and have not blocked each other. False when that is not so, or the follower
 * follows already.
 */
export function insertFollow(tx: Tx, row: NewFollow): Promise<boolean> {
  return ignoringDuplicates(tx, () => insertBetweenActive(tx, row));
}

const insertBetweenActive = preparedWrite((tx, row: NewFollow) =>
  unlessTaken(
    tx,
    tx
      .insertInto('follows')
      .columns(['follower_id', 'followee_id', 'follow_key', 'follower_hidden', 'followee_hidden'])
      .expression((eb) =>
        eb
          .selectFrom('accounts as followers')
          .innerJoin('accounts as followees', (join) =>
            join.on('followees.id', '=', row.followee_id),
          )
          .select(['followers.id', 'followees.id as followee', eb.val(row.follow_key).as('key')])
          .select([eb.lit(0).as('follower_hidden'), eb.lit(0).as('followee_hidden')])
          .where('followers.id', '=', row.follower_id)
          .where(accountIsActive('followers'))
          .where(accountIsActive('followees'))
          .where(notBlocked(sql.ref('followers.id'), sql.ref('followees.id'))),
      ),
  ),
);

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

/** Which of these accounts somebody follows. */
export const readFollowed = follows.targetsAmong;

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
