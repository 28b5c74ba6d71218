import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import { noSuchAccount, type Profile } from '../accounts/account.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { countFollow, findAccount } from '../accounts/account-store.ts';
import { profileOf } from '../accounts/profiles.ts';
import { currentPublic, findActiveId } from '../accounts/public-account.ts';
import { invalid } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { checkNotBlocking } from '../visibility/blocking.ts';
import { readRelations } from '../visibility/relation-store.ts';
import { isActive } from '../visibility/visibility.ts';
import { endFollow } from './ending.ts';
import { insertFollow, isFollowing, type NewFollow } from './follow-store.ts';

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
};

/** Follows accounts, and stops following them. */
export function accountFollowing({ database, newKey, now }: Needs) {
  /** Follows an account; doing it twice changes nothing. @throws DomainError `not_found` · `invalid` (oneself) · `conflict` (blocked) */
  function follow(viewer: Viewer, username: string): Promise<Profile> {
    return database.transaction(async (tx) => {
      const id = await findActiveId(tx, username);
      await add(tx, viewer, id);
      return profileOf(await currentPublic(tx, id), { followedByMe: true, blockedByMe: false });
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
    if (!(await countFollow(tx, { followerId, followeeId }))) throw new StaleRead();
    await emit(tx, now(), 'account.followed', { followerId, followeeId });
  }

  /** Stops following; doing it twice changes nothing. @throws DomainError `not_found` */
  function unfollow(viewer: Viewer, username: string): Promise<Profile> {
    return database.transaction(async (tx) => {
      const id = await findActiveId(tx, username);
      const relation = (await readRelations(tx, viewer.accountId, [id]))(id);
      if (relation.blockedBy) throw noSuchAccount();
      await removeOwn(tx, viewer, id);
      const toViewer = { followedByMe: false, blockedByMe: relation.blocks };
      return profileOf(await currentPublic(tx, id), id === viewer.accountId ? null : toViewer);
    });
  }

  /** As `unfollow`, for clients that know accounts by number; one that does not exist was not followed. */
  function unfollowById(viewer: Viewer, followeeId: number): Promise<void> {
    return database.transaction((tx) => removeOwn(tx, viewer, followeeId));
  }

  async function removeOwn(tx: Tx, { accountId }: Viewer, followeeId: number): Promise<void> {
    await checkLives(tx, accountId);
    await endFollow(tx, { follower_id: accountId, followee_id: followeeId }, now());
  }

  return { follow, followById, unfollow, unfollowById };
}

/**
 * Why nothing was written: the follow is there already, somebody is gone, or a block stands between the two.
 * @throws DomainError `revoked_token` · `not_found` · `conflict`
 */
async function checkIsThere(tx: Tx, { follower_id, followee_id }: NewFollow): Promise<void> {
  await checkLives(tx, follower_id);
  const followee = await findAccount(tx, followee_id);
  if (!followee || !isActive(followee)) throw noSuchAccount();
  const relation = (await readRelations(tx, follower_id, [followee_id]))(followee_id);
  if (relation.blockedBy) throw noSuchAccount();
  checkNotBlocking(relation);
  if (!(await isFollowing(tx, follower_id, followee_id))) throw new StaleRead();
}
