import type { Database, Tx } from '../../db/database.ts';
import { emit } from '../events.ts';
import { deleteLike, listLikedPostsOf } from '../likes/like-store.ts';
import { deleteSomeNotificationsBetween } from '../notifications/notification-store.ts';
import type { Now } from '../ports.ts';
import { addToLikeCount } from '../posts/post-store.ts';
import { hasBlock } from './block-store.ts';

type Needs = { database: Database; now: Now };

export type Parting = (between: { accountId: number; targetId: number }) => Promise<void>;

const batch = 100;

/**
 * After a block: removes likes and notifications between the two accounts, in small transactions. A repeat goes on where the last
 * run stopped; once the block is taken back, nothing more is removed.
 */
export function parting({ database, now }: Needs): Parting {
  async function removeLikes(tx: Tx, likerId: number, authorId: number): Promise<boolean> {
    const postIds = await listLikedPostsOf(tx, { likerId, authorId, limit: batch });
    // In the order of their rows, as when an account is hidden.
    for (const postId of postIds) {
      const was = await deleteLike(tx, postId, likerId);
      if (!was) continue;
      if (was === 'counted') await addToLikeCount(tx, postId, -1);
      await emit(tx, now(), 'post.unliked', { postId, accountId: likerId, authorId });
    }
    return postIds.length === 0;
  }

  return async ({ accountId, targetId }) => {
    const steps = [
      (tx: Tx) => removeLikes(tx, targetId, accountId),
      (tx: Tx) => removeLikes(tx, accountId, targetId),
      (tx: Tx) => deleteSomeNotificationsBetween(tx, { accountId, targetId, limit: batch }),
    ];
    for (const step of steps) {
      let isDone = false;
      while (!isDone) {
        isDone = await database.transaction(
          async (tx) => !(await hasBlock(tx, accountId, targetId)) || (await step(tx)),
        );
      }
    }
  };
}
