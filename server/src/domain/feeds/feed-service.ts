import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import { listFolloweeIds } from '../follows/follow-store.ts';
import type { Page, PageRequest } from '../paging.ts';
import { type Pipeline, readPage } from '../pipeline.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import {
  every,
  type HydratedPosts,
  hasFile,
  hasPicture,
  hasText,
  type PostEntry,
  type PostRule,
  shownTo,
} from '../posts/post-rules.ts';
import { listDrafts } from '../posts/post-store.ts';
import type { Viewer } from '../viewer.ts';
import type { Place } from '../visibility/visibility.ts';
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

/** A list of posts that a viewer reads. */
type PostPipeline<V> = Pipeline<FeedEntry, HydratedPosts, V>;
type Skeleton = PostPipeline<unknown>['skeleton'];

/** Lists of published posts, newest first, each read by a pipeline. */
export function feedService({ database, feedMemory, accounts, postReader }: Needs) {
  /** Posts of the viewer and of those the viewer follows. */
  function timeline(viewer: Viewer, page: PageRequest): Promise<Page<PostView>> {
    const { accountId } = viewer;
    const skeleton: Skeleton = async (part) =>
      (await feedMemory.timeline(accountId, part)) ?? (await timelineFromSql(accountId, part));
    return readPage('posts', page, posts(skeleton, { viewer, place: 'list' }));
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
    const pipeline: PostPipeline<TextView> = {
      skeleton: (part) => timelineFromSql(viewer.accountId, part),
      keyOf,
      hydrate: postReader.hydrate,
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
    const views = isOwn ? await draftsWithFiles(viewer, limit) : [];
    if (states === 'all') {
      const skeleton: Skeleton = (part) => listAlbum(authorId, part);
      const place = authorId === null ? 'discovery' : 'list';
      const pipeline = posts(skeleton, { viewer, place, rule: hasFile });
      views.push(...(await readPage('posts', { limit, before: null }, pipeline)).items);
    }
    return views.sort(byTime).slice(-limit);
  }

  async function draftsWithFiles(viewer: Viewer, limit: number): Promise<PostView[]> {
    const { accountId } = viewer;
    const places = await listDrafts(database, accountId, { limit: limit - 1, before: null });
    const entries = places.map(({ id }) => ({ postId: id, byId: accountId }));
    const rules = every(shownTo(viewer, 'link'), hasFile);
    const state = await postReader.hydrateWithFiles(entries);
    const shown = entries.filter((entry) => rules(entry, state));
    return postReader.present(shown, state, viewer);
  }

  function listAlbum(authorId: number | null, page: PageRequest): Promise<FeedEntry[]> {
    return authorId === null
      ? listExplore(database, 'with-media', page)
      : listByAuthor(database, authorId, 'with-media', page);
  }

  /** Posts of everybody. */
  function explore(
    viewer: Viewer | null,
    filter: FeedFilter,
    page: PageRequest,
  ): Promise<Page<PostView>> {
    const skeleton: Skeleton = (part) => listExplore(database, filter, part);
    const pipeline = posts(skeleton, { viewer, place: 'discovery', rule: ruleOf(filter) });
    return readPage('posts', page, pipeline);
  }

  /** Posts of one account. @throws DomainError `not_found` */
  async function byAuthor(
    viewer: Viewer | null,
    { username, filter }: { username: string; filter: FeedFilter },
    page: PageRequest,
  ): Promise<Page<PostView>> {
    const authorId = await accounts.findId(username);
    const skeleton: Skeleton = (part) => listByAuthor(database, authorId, filter, part);
    const pipeline = posts(skeleton, { viewer, place: 'list', rule: ruleOf(filter) });
    return readPage('posts', page, pipeline);
  }

  /** The pipeline of a list of posts. @param rule what a post must have besides being visible; it may look at files */
  function posts(
    skeleton: Skeleton,
    { viewer, place, rule }: { viewer: Viewer | null; place: Place; rule?: PostRule | null },
  ): PostPipeline<PostView> {
    return {
      skeleton,
      keyOf,
      hydrate: rule ? postReader.hydrateWithFiles : postReader.hydrate,
      rules: rule ? every(shownTo(viewer, place), rule) : shownTo(viewer, place),
      present: (entries, state) => postReader.present(entries, state, viewer),
    };
  }

  return { timeline, wholeTimeline, wholeAlbum, explore, byAuthor };
}

function ruleOf(filter: FeedFilter): PostRule | null {
  return filter === 'with-media' ? hasPicture : null;
}

function keyOf(entry: FeedEntry): number {
  return entry.key;
}

/** Oldest first; those of one moment by their number. */
function byTime(a: PostView, b: PostView): number {
  const [first, second] = [a.publishedAt ?? a.createdAt, b.publishedAt ?? b.createdAt];
  if (first !== second) return first < second ? -1 : 1;
  return a.id - b.id;
}
