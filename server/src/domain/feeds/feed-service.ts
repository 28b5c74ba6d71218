import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import { readAccountCards } from '../accounts/account-store.ts';
import { listFolloweeIds } from '../follows/follow-store.ts';
import { fullPage, type Shown } from '../full-page.ts';
import { readLikedPosts } from '../likes/like-store.ts';
import type { Page, PageRequest } from '../paging.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { listDrafts } from '../posts/post-store.ts';
import type { Viewer } from '../viewer.ts';
import { activeAuthor, canSee, factsOf, noRelation, type Place } from '../visibility/visibility.ts';
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
    const { accountId } = viewer;
    const read = async (part: PageRequest) =>
      (await feedMemory.timeline(accountId, part)) ?? (await timelineFromSql(accountId, part));
    return fill(read, page, { viewer, place: 'list' });
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
    const { items } = await fullPage(
      'posts',
      { limit, before: null },
      {
        read: (part) => timelineFromSql(viewer.accountId, part),
        show: showing((ids) => readTexts(ids, viewer)),
        keyOf,
      },
    );
    return items.reverse();
  }

  async function readTexts(ids: readonly number[], viewer: Viewer): Promise<TextView[]> {
    const posts = await postReader.readRows(ids);
    const authorIds = [...new Set([...posts.values()].map((post) => post.account_id))];
    const [liked, authors] = await Promise.all([
      readLikedPosts(database, viewer.accountId, ids),
      readAccountCards(database, authorIds),
    ]);
    return ids.flatMap((id) => {
      const post = posts.get(id);
      const author = post && authors.get(post.account_id);
      if (!author || !canSee(viewer, factsOf(post), activeAuthor(author.id), noRelation, 'list')) {
        return [];
      }
      if (post.text === '' && post.has_media === 1) return [];
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
    const isOwn = authorId === null || authorId === viewer.accountId;
    const drafts = isOwn
      ? await listDrafts(database, viewer.accountId, { limit: limit - 1, before: null })
      : [];
    const ownDrafts = showing((ids) => withFiles(ids, viewer, 'link'));
    const views = (await ownDrafts(drafts.map(({ id }) => ({ postId: id })))).map(
      ({ item }) => item,
    );
    if (states === 'all') {
      const read = (part: PageRequest) => listAlbum(authorId, part);
      const place = authorId === null ? 'discovery' : 'list';
      const show = showing((ids) => withFiles(ids, viewer, place));
      const page = { limit, before: null };
      views.push(...(await fullPage('posts', page, { read, show, keyOf })).items);
    }
    return views.sort(byTime).slice(-limit);
  }

  async function withFiles(
    ids: readonly number[],
    viewer: Viewer,
    place: Place,
  ): Promise<PostView[]> {
    const views = await postReader.readViews(ids, viewer, place);
    return views.filter(({ media, documents }) => media.length + documents.length > 0);
  }

  function listAlbum(authorId: number | null, page: PageRequest): Promise<FeedEntry[]> {
    return authorId === null
      ? listExplore(database, 'with-media', page)
      : listByAuthor(database, authorId, 'with-media', page);
  }

  /** Posts of everybody. */
  async function explore(
    viewer: Viewer | null,
    filter: FeedFilter,
    page: PageRequest,
  ): Promise<Page<PostView>> {
    const read = (part: PageRequest) => listExplore(database, filter, part);
    return fill(read, page, { viewer, place: 'discovery', filter });
  }

  /** Posts of one account. @throws DomainError `not_found` */
  async function byAuthor(
    viewer: Viewer | null,
    { username, filter }: { username: string; filter: FeedFilter },
    page: PageRequest,
  ): Promise<Page<PostView>> {
    const authorId = await accounts.findId(username);
    const read = (part: PageRequest) => listByAuthor(database, authorId, filter, part);
    return fill(read, page, { viewer, place: 'list', filter });
  }

  function fill(
    read: (part: PageRequest) => Promise<readonly FeedEntry[]>,
    page: PageRequest,
    { viewer, place, filter = 'all' }: { viewer: Viewer | null; place: Place; filter?: FeedFilter },
  ): Promise<Page<PostView>> {
    const show = showing(async (ids) => {
      const views = await postReader.readViews(ids, viewer, place);
      // A file that is no picture stands among them.
      return filter === 'all' ? views : views.filter(({ media }) => media.length > 0);
    });
    return fullPage('posts', page, { read, show, keyOf });
  }

  return { timeline, wholeTimeline, wholeAlbum, explore, byAuthor };
}

/** Oldest first; those of one moment by their number. */
function byTime(a: PostView, b: PostView): number {
  const [first, second] = [a.publishedAt ?? a.createdAt, b.publishedAt ?? b.createdAt];
  if (first !== second) return first < second ? -1 : 1;
  return a.id - b.id;
}

function keyOf(entry: FeedEntry): number {
  return entry.key;
}

/** Finds what entries show by the ids of their posts, some at once. @param viewsOf keeps the order of the ids */
function showing<V extends { id: number }>(
  viewsOf: (ids: readonly number[]) => Promise<readonly V[]>,
) {
  return async <E extends { postId: number }>(entries: readonly E[]): Promise<Shown<E, V>> => {
    const items: V[] = [];
    for (let from = 0; from < entries.length; from += postsAtOnce) {
      const ids = entries.slice(from, from + postsAtOnce).map(({ postId }) => postId);
      items.push(...(await viewsOf(ids)));
    }
    // Both are in the same order, so one walk pairs them.
    const shown: Array<{ entry: E; item: V }> = [];
    for (const entry of entries) {
      const item = items[shown.length];
      if (item?.id === entry.postId) shown.push({ entry, item });
    }
    return shown;
  };
}
