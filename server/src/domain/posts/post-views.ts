import type { Db } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import { readAccountCards } from '../accounts/account-store.ts';
import { readMediaOfPosts } from '../media/media-store.ts';
import type { Viewer } from '../sessions/session.ts';
import { readLikedPosts } from './like-store.ts';
import type { PostView } from './post.ts';
import { readPosts } from './post-store.ts';

/**
 * Fills a list of post ids with all that a post shows: one query per table, whatever the length of the list.
 * Keeps the order; leaves out what the viewer may not see (deleted posts, other people's drafts, deleted authors).
 */
export async function readPostViews(
  db: Db,
  ids: readonly number[],
  viewer: Viewer | null,
): Promise<PostView[]> {
  const posts = await readPosts(db, ids);
  const visible = ids
    .map((id) => posts.get(id))
    .filter((post) => post !== undefined)
    .filter((post) => post.state === 'published' || post.account_id === viewer?.accountId);
  const [authors, media, liked] = await Promise.all([
    readAccountCards(
      db,
      visible.map((post) => post.account_id),
    ),
    readMediaOfPosts(
      db,
      visible.filter((post) => post.has_media === 1).map((post) => post.id),
    ),
    viewer
      ? readLikedPosts(
          db,
          viewer.accountId,
          visible.filter((post) => post.like_count > 0).map((post) => post.id),
        )
      : new Set<number>(),
  ]);
  return visible.flatMap((post) => {
    const author = authors.get(post.account_id);
    if (!author) return [];
    return [
      viewOf(post, { author, media: media.get(post.id) ?? [], likedByMe: liked.has(post.id) }),
    ];
  });
}

function viewOf(
  post: PostRow,
  rest: { author: AccountCard; media: PostView['media']; likedByMe: boolean },
): PostView {
  return {
    id: post.id,
    state: post.state === 'draft' ? 'draft' : 'published',
    text: post.text,
    likeCount: post.like_count,
    createdAt: post.created_at,
    updatedAt: post.updated_at,
    publishedAt: post.published_at,
    feedKey: post.feed_key,
    ...rest,
  };
}
