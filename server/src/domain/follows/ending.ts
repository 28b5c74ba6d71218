import type { Tx } from '../../db/database.ts';
import type { FollowRow } from '../../db/schema.ts';
import { addToAccountCount, addToFollowCounts } from '../accounts/account-store.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import { deleteFollow, listFollows } from './follow-store.ts';

/** Ends follows because of something else: an account is closed, or one is blocked. */
export function followEnding({ now }: { now: Now }) {
  /** Deletes follows of an account in both directions, up to `limit` of each. True when none is left. */
  async function removeSome(tx: Tx, accountId: number, limit: number): Promise<boolean> {
    const page = { limit: limit - 1, before: null };
    const rows = [
      ...(await listFollows(tx, { actor: accountId }, page)),
      ...(await listFollows(tx, { target: accountId }, page)),
    ];
    for (const row of rows) await endFollow(tx, row, now());
    return rows.length === 0;
  }

  /** Ends follows between two accounts, in both directions. */
  async function removeBetween(tx: Tx, oneId: number, otherId: number): Promise<void> {
    await endFollow(tx, { follower_id: oneId, followee_id: otherId }, now());
    await endFollow(tx, { follower_id: otherId, followee_id: oneId }, now());
  }

  return { removeBetween, removeSome };
}

/** Deletes a follow, if it is there, and takes it out of counts. */
export async function endFollow(
  tx: Tx,
  of: Pick<FollowRow, 'follower_id' | 'followee_id'>,
  at: Date,
): Promise<void> {
  const row = await deleteFollow(tx, of.follower_id, of.followee_id);
  if (!row) return;
  await uncountFollow(tx, row);
  const { follower_id: followerId, followee_id: followeeId } = row;
  await emit(tx, at, 'account.unfollowed', { followerId, followeeId });
}

/** Takes a follow out of the counts of both sides; an end that is hidden from the other was not counted there. */
async function uncountFollow(tx: Tx, row: FollowRow): Promise<void> {
  const amount = -1;
  const { follower_id: followerId, followee_id: followeeId } = row;
  if (!row.follower_hidden && !row.followee_hidden) {
    await addToFollowCounts(tx, { followerId, followeeId, amount });
  } else if (!row.followee_hidden) {
    await addToAccountCount(tx, followerId, 'following_count', amount);
  } else if (!row.follower_hidden) {
    await addToAccountCount(tx, followeeId, 'follower_count', amount);
  }
}
