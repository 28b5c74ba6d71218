import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import { listFolloweeIds } from '../follows/follow-store.ts';
import { type Page, type PageRequest, pageOf } from '../paging.ts';
import type { PostView } from '../posts/post.ts';
import { readPostViews } from '../posts/post-views.ts';
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
};

/** Lists of published posts, newest first. Each is a skeleton of ids, filled by one query per table. */
export function feedService({ database, feedMemory, accounts }: Needs) {
  /** Posts of the viewer and of those the viewer follows. */
  async function timeline(viewer: Viewer, page: PageRequest): Promise<Page<PostView>> {
    const remembered = await feedMemory.timeline(viewer.accountId, page);
    return fill(remembered ?? (await timelineFromSql(viewer.accountId, page)), page, viewer);
  }

  async function timelineFromSql(viewerId: number, page: PageRequest): Promise<FeedEntry[]> {
    const followeeIds = await listFolloweeIds(database, viewerId);
    return listByAuthors(database, [viewerId, ...followeeIds], page);
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
    return { items: await readPostViews(database, ids, viewer), nextCursor };
  }

  return { timeline, explore, byAuthor };
}
