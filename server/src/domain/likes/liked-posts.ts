import type { Database } from '../../db/database.ts';
import { edgeMemory } from '../edges/edge-memory.ts';
import { type MemoryBudget, memoryBudget } from '../memory-budget.ts';
import type { ViewerState } from '../posts/viewer-state.ts';
import { readLikedPosts } from './like-store.ts';

/** Whether the viewer likes a post. */
export function likedPosts(
  database: Database,
  { likes: maxBytes }: MemoryBudget = memoryBudget(),
): ViewerState {
  return {
    read: edgeMemory(database, {
      read: (viewerId, postIds) => readLikedPosts(database, viewerId, postIds),
      madeOf: { table: 'likes', column: 'account_id' },
      maxBytes,
    }),
    isPossible: (post) => post.like_count > 0,
  };
}
