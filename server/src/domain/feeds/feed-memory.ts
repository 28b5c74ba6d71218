import type { Database } from '../../db/database.ts';
import { memoryOf } from '../../db/memory.ts';
import { listFolloweeIds } from '../follows/follow-store.ts';
import { type MemoryBudget, memoryBudget } from '../memory-budget.ts';
import type { PageRequest } from '../paging.ts';
import { authorLists, type ViewerLists } from './author-lists.ts';
import type { FeedEntry, FeedFilter } from './feed-store.ts';
import { mergeNewest } from './merging.ts';

/**
 * The newest posts of each author, kept in memory, so that a timeline is a merge of lists instead of a query that grows
 * with the number of followees (docs/decisions/0007). Only where one process has the database for itself.
 */
export type FeedMemory = {
  /** The page of a viewer's timeline, one entry too many; null when memory cannot tell and SQL must. */
  timeline(viewerId: number, page: PageRequest): Promise<readonly FeedEntry[] | null>;
  /** The same for a page of an author's posts. */
  byAuthor(
    authorId: number,
    filter: FeedFilter,
    page: PageRequest,
  ): Promise<readonly FeedEntry[] | null>;
};

/** A viewer's lists, and the first page as it was merged last. */
type Viewer = ViewerLists & { first: FirstPage | null };
type FirstPage = { limit: number; mergedAtReading: number; entries: readonly FeedEntry[] };

const bytesOf = { viewer: 2600, followee: 8 };
/** What the lists of authors get of the memory, and what those with pictures only. */
const shares = { authors: 0.5, withMedia: 0.2, viewers: 0.3 };
/** Whoever follows more than this share of the authors that there is place for would make memory forget all others. */
const largestShare = 0.25;
const bytesPerQuietAuthor = 1000;

export function feedMemory(
  database: Database,
  { feeds: maxBytes }: MemoryBudget = memoryBudget(),
): FeedMemory {
  // What several processes share, none of them can remember.
  if (!database.isEmbedded) return { timeline: async () => null, byAuthor: async () => null };
  const authors = authorLists(database, { filter: 'all', maxBytes: maxBytes * shares.authors });
  const withMedia = authorLists(database, {
    filter: 'with-media',
    maxBytes: maxBytes * shares.withMedia,
  });
  const viewers = memoryOf<Viewer>(database, {
    madeOf: [{ table: 'follows', column: 'follower_id' }],
    maxBytes: maxBytes * shares.viewers,
    bytesOf: ({ lists }) => bytesOf.viewer + bytesOf.followee * lists.length,
  });
  const maxFollowees = (largestShare * maxBytes * shares.authors) / bytesPerQuietAuthor;

  /** Null for somebody who follows too many. */
  async function loadViewer(viewerId: number): Promise<Viewer | null> {
    const writesBefore = viewers.writes();
    const ids = await listFolloweeIds(database, viewerId);
    if (ids.length > maxFollowees) return null;
    const lists = [viewerId, ...ids].map(authors.listOf);
    const viewer = { lists, knownAbove: 0, sortedAtReading: 0, checkedAtChange: -1, first: null };
    viewers.keep(viewerId, viewer, writesBefore);
    return viewer;
  }

  return {
    async timeline(viewerId, page) {
      if (page.from === 'oldest') return null;
      database.noticeOthers();
      const viewer = viewers.get(viewerId) ?? (await loadViewer(viewerId));
      return viewer && authors.readAll(viewer, () => timelinePage(viewer, page));
    },

    async byAuthor(authorId, filter, page) {
      if (page.from === 'oldest' || (page.after ?? null) !== null) return null;
      database.noticeOthers();
      return (filter === 'all' ? authors : withMedia).read(authorId, (list) =>
        mergeNewest({ lists: [list], knownAbove: list.knownAbove }, page),
      );
    },
  };
}

function timelinePage(
  viewer: Viewer,
  { before, limit, after = null }: PageRequest,
): readonly FeedEntry[] | null {
  if (before === null && after === null) return firstPage(viewer, limit);
  const newest = mergeNewest(viewer, { before, limit });
  return after === null || newest === null ? newest : newest.filter(({ key }) => key > after);
}

/** Merged again only after somebody has posted whom the viewer follows. */
function firstPage(viewer: Viewer, limit: number): readonly FeedEntry[] | null {
  const { first, sortedAtReading } = viewer;
  if (first?.limit === limit && first.mergedAtReading === sortedAtReading) return first.entries;
  const entries = mergeNewest(viewer, { before: null, limit });
  viewer.first = entries && { limit, mergedAtReading: sortedAtReading, entries };
  return entries;
}
