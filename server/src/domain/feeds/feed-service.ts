import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import { listFolloweeIds } from '../follows/follow-store.ts';
import { type Page, type PageRequest, pageOf } from '../paging.ts';
import { readLikedPosts } from '../posts/like-store.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { listDrafts } from '../posts/post-store.ts';
import type { Viewer } from '../sessions/session.ts';
import type { FeedMemory } from './feed-memory.ts';
import {
  type FeedEntry,
  type FeedFilter,
  listByAuthor,
  listByAuthors,
  listExplore,
} from './feed-store.ts';

export type FeedService = ReturnType<typeof feedService>;

type Needs = {
  database: Database;
  feedMemory: FeedMemory;
  accounts: Pick<AccountService, 'findId'>;
  postReader: PostReader;
};

/** A post without its pictures and its author's card. */
export type TextView = {
  id: number;
  authorId: number;
  text: string;
  likeCount: number;
  likedByMe: boolean;
  publishedAt: string;
};

/** Which posts with pictures: of one author or of all; drafts are the viewer's own. */
export type AlbumFilter = { authorId: number | null; states: 'all' | 'drafts' };

/** How many posts of a whole list are read by one query. */
const postsAtOnce = 1000;

/** Lists of published posts, newest first. Each is a skeleton of ids, filled by one query per table. */
export function feedService({ database, feedMemory, accounts, postReader }: Needs) {
  /** Posts of the viewer and of those the viewer follows. */
  async function timeline(viewer: Viewer, page: PageRequest): Promise<Page<PostView>> {
    const remembered = await feedMemory.timeline(viewer.accountId, page);
    return fill(remembered ?? (await timelineFromSql(viewer.accountId, page)), page, viewer);
  }

  async function timelineFromSql(viewerId: number, page: PageRequest): Promise<FeedEntry[]> {
    const followeeIds = await listFolloweeIds(database, viewerId);
    return listByAuthors(database, [viewerId, ...followeeIds], page);
  }

  /**
   * A whole timeline at once, oldest first, for clients that know no pages: at most `limit` posts, the newest, without
   * pictures that have no text beside them.
   */
  async function wholeTimeline(viewer: Viewer, limit: number): Promise<TextView[]> {
    const entries = await timelineFromSql(viewer.accountId, { limit: limit - 1, before: null });
    const ids = entries.map((entry) => entry.postId);
    const views: TextView[] = [];
    for (let from = 0; from < ids.length; from += postsAtOnce) {
      views.push(...(await readTexts(ids.slice(from, from + postsAtOnce), viewer)));
    }
    return views.reverse();
  }

  async function readTexts(ids: readonly number[], viewer: Viewer): Promise<TextView[]> {
    const posts = await postReader.readRows(ids);
    const liked = await readLikedPosts(database, viewer.accountId, ids);
    return ids.flatMap((id) => {
      const post = posts.get(id);
      if (!post || (post.text === '' && post.has_media === 1)) return [];
      return {
        id,
        authorId: post.account_id,
        text: post.text,
        likeCount: post.like_count,
        likedByMe: liked.has(id),
        publishedAt: post.published_at ?? post.created_at,
      };
    });
  }

  /**
   * All posts with pictures at once, oldest first, for clients that know no pages: at most `limit`, the newest. The viewer's
   * drafts stand among them by the time at which they were made.
   */
  async function wholeAlbum(
    viewer: Viewer,
    { authorId, states }: AlbumFilter,
    limit: number,
  ): Promise<PostView[]> {
    const page = { limit: limit - 1, before: null };
    const isOwn = authorId === null || authorId === viewer.accountId;
    const published = states === 'all' ? await listPublished(authorId, page) : [];
    const drafts = isOwn ? await listDrafts(database, viewer.accountId, page) : [];
    const ids = [...published, ...drafts.map(({ id }) => id)];
    const views: PostView[] = [];
    for (let from = 0; from < ids.length; from += postsAtOnce) {
      const some = ids.slice(from, from + postsAtOnce);
      views.push(...(await postReader.readViews(some, viewer)));
    }
    return views
      .filter((view) => view.media.length > 0)
      .sort(byTime)
      .slice(-limit);
  }

  async function listPublished(authorId: number | null, page: PageRequest): Promise<number[]> {
    const entries =
      authorId === null
        ? await listExplore(database, 'with-media', page)
        : await listByAuthor(database, authorId, 'with-media', page);
    return entries.map((entry) => entry.postId);
  }

  /** Posts of everybody. */
  async function explore(
    viewer: Viewer | null,
    filter: FeedFilter,
    page: PageRequest,
  ): Promise<Page<PostView>> {
    return fill(await listExplore(database, filter, page), page, viewer);
  }

  /** Posts of one account. @throws DomainError `not_found` */
  async function byAuthor(
    viewer: Viewer | null,
    { username, filter }: { username: string; filter: FeedFilter },
    page: PageRequest,
  ): Promise<Page<PostView>> {
    const authorId = await accounts.findId(username);
    return fill(await listByAuthor(database, authorId, filter, page), page, viewer);
  }

  async function fill(
    entries: readonly FeedEntry[],
    { limit }: PageRequest,
    viewer: Viewer | null,
  ): Promise<Page<PostView>> {
    const { items, nextCursor } = pageOf('posts', entries, limit, (entry) => entry.key);
    const ids = items.map((entry) => entry.postId);
    return { items: await postReader.readViews(ids, viewer), nextCursor };
  }

  return { timeline, wholeTimeline, wholeAlbum, explore, byAuthor };
}

/** Oldest first; those of one moment by their number. */
function byTime(a: PostView, b: PostView): number {
  const [first, second] = [a.publishedAt ?? a.createdAt, b.publishedAt ?? b.createdAt];
  if (first !== second) return first < second ? -1 : 1;
  return a.id - b.id;
}
