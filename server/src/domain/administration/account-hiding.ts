import type { Database, Tx } from '../../db/database.ts';
import type { Flag } from '../../db/schema.ts';
import { lockWithReferrers } from '../accounts/account-lock-store.ts';
import { addToAccountCount, findAccount } from '../accounts/account-store.ts';
import type { EdgeSide } from '../edges/edge-store.ts';
import { emit } from '../events.ts';
import { type HiddenColumn, listFollows, setFollowHidden } from '../follows/follow-store.ts';
import { listLikes, setLikeHidden } from '../likes/like-store.ts';
import type { Now } from '../ports.ts';
import { addToLikeCount, addToReplyCount, markReplies, moveFeedKeys } from '../posts/post-store.ts';
import { isActive } from '../visibility/visibility.ts';

type Needs = { database: Database; now: Now };

export type AccountHiding = (accountId: number) => Promise<void>;

const batch = 100;

/**
 * Takes what a disabled account has made out of feeds and counts, or puts it back once the account is enabled, in small
 * transactions (docs/decisions/0018). Each reads again which of the two is due, and locks the account meanwhile; a repeat changes
 * only what is not so yet.
 */
export function accountHiding({ database, now }: Needs): AccountHiding {
  const untilDone = hidingSteps({ database, now });

  async function hidePosts(accountId: number): Promise<void> {
    await untilDone(accountId, async (tx, hidden) => {
      const isDone = await moveFeedKeys(tx, accountId, { hidden: hidden === 1, limit: batch });
      return isDone ? null : 0;
    });
  }

  async function hideReplies(accountId: number): Promise<void> {
    await untilDone(accountId, async (tx, hidden) => {
      const answered = await markReplies(tx, accountId, { hidden: hidden === 1, limit: batch });
      for (const id of answered ?? []) await addToReplyCount(tx, id, hidden ? -1 : 1);
      return answered && 0;
    });
  }

  async function hideLikes(accountId: number): Promise<void> {
    await untilDone(accountId, async (tx, hidden, before) => {
      const likes = await listLikes(tx, { actor: accountId }, { limit: batch - 1, before });
      // In the order of their rows, so that two accounts that are hidden at once cannot wait for one another.
      for (const like of likes.toSorted((a, b) => a.post_id - b.post_id)) {
        if (!(await setLikeHidden(tx, like, hidden))) continue;
        await addToLikeCount(tx, like.post_id, hidden ? -1 : 1);
        await emit(tx, now(), 'post.unliked', { postId: like.post_id, accountId });
      }
      return likes.at(-1)?.like_key ?? null;
    });
  }

  async function hideFollows(side: EdgeSide, accountId: number): Promise<void> {
    const [column, count, other]: [HiddenColumn, Count, Side] =
      'actor' in side
        ? ['follower_hidden', 'follower_count', 'followee_id']
        : ['followee_hidden', 'following_count', 'follower_id'];
    await untilDone(accountId, async (tx, hidden, before) => {
      const follows = await listFollows(tx, side, { limit: batch - 1, before });
      for (const follow of follows.toSorted((a, b) => a[other] - b[other])) {
        if (!(await setFollowHidden(tx, follow, column, hidden))) continue;
        await addToAccountCount(tx, follow[other], count, hidden ? -1 : 1);
      }
      return follows.at(-1)?.follow_key ?? null;
    });
  }

  return async (accountId) => {
    await hidePosts(accountId);
    await hideReplies(accountId);
    await hideLikes(accountId);
    await hideFollows({ actor: accountId }, accountId);
    await hideFollows({ target: accountId }, accountId);
  };
}

function hidingSteps({ database, now }: Needs) {
  /** Runs steps, each from where the one before came to, until one gives null. */
  return async function untilDone(
    accountId: number,
    step: (tx: Tx, hidden: Flag, before: number | null) => Promise<number | null>,
  ): Promise<void> {
    let before: number | null = null;
    do {
      const from: number | null = before;
      before = await database.transaction<number | null>(async (tx) => {
        // The purge of a deleted account takes everything away.
        if (!(await lockWithReferrers(tx, accountId, now().toISOString()))) return null;
        const account = await findAccount(tx, accountId);
        return step(tx, account && !isActive(account) ? 1 : 0, from);
      });
    } while (before !== null);
  };
}

type Count = 'follower_count' | 'following_count';
type Side = 'follower_id' | 'followee_id';
