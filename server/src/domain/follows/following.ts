import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { FollowRow } from '../../db/schema.ts';
import { noSuchAccount, type Profile } from '../accounts/account.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { addToAccountCount, addToFollowCounts, findAccount } from '../accounts/account-store.ts';
import { profileOf } from '../accounts/profiles.ts';
import { currentPublic, findActiveId } from '../accounts/public-account.ts';
import { invalid } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { isActive } from '../visibility/visibility.ts';
import {
  deleteFollow,
  insertFollow,
  isFollowing,
  listFollows,
  type NewFollow,
} from './follow-store.ts';

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
};

/** Follows accounts, and stops following them. */
export function accountFollowing({ database, newKey, now }: Needs) {
  /** Follows an account; doing it twice changes nothing. @throws DomainError `not_found` · `invalid` (oneself) */
  function follow(viewer: Viewer, username: string): Promise<Profile> {
    return database.transaction(async (tx) => {
      const id = await findActiveId(tx, username);
      await add(tx, viewer, id);
      return profileOf(await currentPublic(tx, id), true);
    });
  }

  /** As `follow`, for clients that know accounts by number. @throws DomainError `not_found` · `invalid` (oneself) */
  function followById(viewer: Viewer, followeeId: number): Promise<void> {
    return database.transaction((tx) => add(tx, viewer, followeeId));
  }

  async function add(tx: Tx, { accountId: followerId }: Viewer, followeeId: number): Promise<void> {
    if (followeeId === followerId) throw invalid('username', 'is your own; nobody follows oneself');
    const row = { follower_id: followerId, followee_id: followeeId, follow_key: newKey() };
    if (!(await insertFollow(tx, row))) return checkIsThere(tx, row);
    await countFollow(tx, row, 1);
    await emit(tx, now(), 'account.followed', { followerId, followeeId });
  }

  /** Stops following; doing it twice changes nothing. @throws DomainError `not_found` */
  function unfollow(viewer: Viewer, username: string): Promise<Profile> {
    return database.transaction(async (tx) => {
      const id = await findActiveId(tx, username);
      await removeOwn(tx, viewer, id);
      return profileOf(await currentPublic(tx, id), id === viewer.accountId ? null : false);
    });
  }

  /** As `unfollow`, for clients that know accounts by number; one that does not exist was not followed. */
  function unfollowById(viewer: Viewer, followeeId: number): Promise<void> {
    return database.transaction((tx) => removeOwn(tx, viewer, followeeId));
  }

  async function removeOwn(tx: Tx, { accountId }: Viewer, followeeId: number): Promise<void> {
    await checkLives(tx, accountId);
    await remove(tx, { follower_id: accountId, followee_id: followeeId }, now());
  }

  /** Deletes follows of an account in both directions, up to `limit` of each. True when none is left. */
  async function removeSome(tx: Tx, accountId: number, limit: number): Promise<boolean> {
    const page = { limit: limit - 1, before: null };
    const rows = [
      ...(await listFollows(tx, { actor: accountId }, page)),
      ...(await listFollows(tx, { target: accountId }, page)),
    ];
    for (const row of rows) await remove(tx, row, now());
    return rows.length === 0;
  }

  return { follow, followById, unfollow, unfollowById, removeSome };
}

/** Why nothing was written: the follow is there already, or somebody is gone. @throws DomainError `revoked_token` · `not_found` */
async function checkIsThere(tx: Tx, { follower_id, followee_id }: NewFollow): Promise<void> {
  await checkLives(tx, follower_id);
  const followee = await findAccount(tx, followee_id);
  if (!followee || !isActive(followee)) throw noSuchAccount();
  if (!(await isFollowing(tx, follower_id, followee_id))) throw new StaleRead();
}

async function remove(
  tx: Tx,
  of: Pick<FollowRow, 'follower_id' | 'followee_id'>,
  at: Date,
): Promise<void> {
  const row = await deleteFollow(tx, of.follower_id, of.followee_id);
  if (!row) return;
  await countFollow(tx, row, -1);
  const { follower_id: followerId, followee_id: followeeId } = row;
  await emit(tx, at, 'account.unfollowed', { followerId, followeeId });
}

/** Counts a follow on both sides; an end that is hidden from the other does not count there. */
async function countFollow(
  tx: Tx,
  row: NewFollow & Partial<FollowRow>,
  amount: number,
): Promise<void> {
  const { follower_id: followerId, followee_id: followeeId } = row;
  if (!row.follower_hidden && !row.followee_hidden) {
    await addToFollowCounts(tx, { followerId, followeeId, amount });
  } else if (!row.followee_hidden) {
    await addToAccountCount(tx, followerId, 'following_count', amount);
  } else if (!row.follower_hidden) {
    await addToAccountCount(tx, followeeId, 'follower_count', amount);
  }
}
