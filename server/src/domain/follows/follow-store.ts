import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { StaleRead } from '../../db/errors.ts';
import { prepared } from '../../db/prepared.ts';
import type { Flag, FollowRow } from '../../db/schema.ts';
import type { PageRequest } from '../paging.ts';
import { accountIsActive } from '../visibility/visibility-store.ts';

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
export async function setFollowHidden(
  tx: Tx,
  { follower_id, followee_id }: Pick<FollowRow, 'follower_id' | 'followee_id'>,
  column: HiddenColumn,
  hidden: Flag,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('follows')
      .set({ [column]: hidden })
      .where('follower_id', '=', follower_id)
      .where('followee_id', '=', followee_id)
      .where(column, '<>', hidden),
  );
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

/** As `listFollows`, without those whose other side is disabled or deleted. */
export function listVisibleFollows(
  db: Db,
  of: { followerId: number } | { followeeId: number },
  { before, limit }: PageRequest,
): Promise<FollowRow[]> {
  const [own, other, id] =
    'followerId' in of
      ? (['follows.follower_id', 'follows.followee_id', of.followerId] as const)
      : (['follows.followee_id', 'follows.follower_id', of.followeeId] as const);
  return (
    db
      .selectFrom('follows')
      // Each has an account; by a left join SQLite is kept from beginning with all accounts.
      .leftJoin('accounts', 'accounts.id', other)
      .selectAll('follows')
      .where(own, '=', id)
      .where(accountIsActive())
      .$if(before !== null, (query) => query.where('follows.follow_key', '<', before ?? 0))
      .orderBy('follows.follow_key', 'desc')
      .limit(limit + 1)
      .execute()
  );
}

/** Follows of an account in one direction, also hidden ones, the latest first. */
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
