import type { Database } from '../../db/database.ts';
import type { Page, PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import {
  every,
  type HydratedPosts,
  hasText,
  type PostEntry,
  shownTo,
} from '../posts/post-rules.ts';
import type { Viewer } from '../viewer.ts';
import type { FeedMemory } from './feed-memory.ts';
import { keyOf, type PostPipeline, postPipeline, type Skeleton } from './post-pipeline.ts';
import { listTimeline } from './timeline-store.ts';
import { timelineWays } from './timeline-ways.ts';

type Needs = { database: Database; feedMemory: FeedMemory; postReader: PostReader };

/** A post without its pictures and its author's card. */
export type TextView = {
  id: number;
  authorId: number;
  text: string;
  likeCount: number;
  likedByMe: boolean;
  publishedAt: string;
};

/** Lists the posts of a viewer and of those the viewer follows. */
export function timelines({ database, feedMemory, postReader }: Needs) {
  const ways = timelineWays();

  /** Posts of the viewer and of those the viewer follows. */
  function timeline(viewer: Viewer, page: PageRequest): Promise<Page<PostView>> {
    const { accountId } = viewer;
    const skeleton: Skeleton = async (part) =>
      (await feedMemory.timeline(accountId, part)) ??
      (await listTimeline(database, accountId, part, ways));
    const reading = { viewer, place: 'list', isOfFollowees: true } as const;
    return readPage('posts', page, postPipeline(postReader, skeleton, reading));
  }

  /**
   * A whole timeline at once, oldest first, for clients that know no pages: at most `limit` posts, the newest, without
   * pictures that have no text beside them.
   */
  async function wholeTimeline(viewer: Viewer, limit: number): Promise<TextView[]> {
    const pipeline: PostPipeline<TextView> = {
      skeleton: (part) => listTimeline(database, viewer.accountId, part),
      keyOf,
      // A block ends follows: there is none between the viewer and these authors.
      hydrate: (entries) => postReader.hydrate(entries, null),
      rules: every(shownTo(viewer, 'list'), hasText),
      present: (entries, state) => presentTexts(entries, state, viewer),
    };
    const { items } = await readPage('posts', { limit, before: null }, pipeline);
    return items.reverse();
  }

  async function presentTexts(
    entries: readonly PostEntry[],
    state: HydratedPosts,
    viewer: Viewer,
  ): Promise<TextView[]> {
    const { likedByMe } = await postReader.readStates(entries, state, viewer);
    return entries
      .map(({ postId }) => state.posts.get(postId))
      .filter((post) => post !== undefined)
      .map((post) => ({
        id: post.id,
        authorId: post.account_id,
        text: post.text,
        likeCount: post.like_count,
        likedByMe: likedByMe.has(post.id),
        publishedAt: post.published_at ?? post.created_at,
      }));
  }

  return { timeline, wholeTimeline };
}
