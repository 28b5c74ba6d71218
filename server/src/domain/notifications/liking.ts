import type { Tx } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import { listVisibleLikes, readLikedPosts } from '../likes/like-store.ts';
import { findPost } from '../posts/post-store.ts';
import type { NotificationKeeping } from './keeping.ts';
import { keptActors } from './notification.ts';

/** Tells authors who likes their posts. */
export function likeTelling(keeping: NotificationKeeping) {
  /** Somebody likes a post, or does no longer. */
  async function likesChanged(
    tx: Tx,
    { postId, newcomer }: { postId: number; newcomer: number | null },
  ): Promise<void> {
    const post = await findPost(tx, postId);
    if (!post || post.account_id === newcomer) return;
    const settings = await keeping.beginFor(tx, post.account_id);
    if (!settings) return;
    const groupKey = `liked:${postId}`;
    const present = { kind: 'liked', groupKey, postId, newcomer } as const;
    await keeping.keep(tx, settings, { ...present, ...(await likersOf(tx, post)) });
  }

  return { likesChanged };
}

/** Who likes a post, but for its author. */
async function likersOf(
  tx: Tx,
  { id, account_id: authorId }: PostRow,
): Promise<{ actorIds: number[]; actorCount: number }> {
  const likes = await listVisibleLikes(tx, id, { limit: keptActors, before: null });
  const others = likes.map((like) => like.account_id).filter((it) => it !== authorId);
  const actorIds = others.slice(0, keptActors);
  if (likes.length <= keptActors) return { actorIds, actorCount: others.length };
  const post = await findPost(tx, id);
  const isOwnToo = (await readLikedPosts(tx, authorId, [id])).has(id);
  const count = (post?.like_count ?? 0) - (isOwnToo ? 1 : 0);
  return { actorIds, actorCount: Math.max(count, actorIds.length) };
}
