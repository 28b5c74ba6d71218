import type { Database } from '../../db/database.ts';
import type { ViewerState } from '../posts/viewer-state.ts';
import { readLikedPosts } from './like-store.ts';

/** Whether the viewer likes a post. */
export function likedPosts(database: Database): ViewerState {
  return {
    read: (viewerId, postIds) => readLikedPosts(database, viewerId, postIds),
    isPossible: (post) => post.like_count > 0,
  };
}
