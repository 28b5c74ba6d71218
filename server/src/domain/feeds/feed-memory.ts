import type { Database } from '../../db/database.ts';
import { listFolloweeIds } from '../follows/follow-store.ts';
import type { PageRequest } from '../paging.ts';
import { decidingColumns } from '../visibility/visibility.ts';
import { type AuthorList, authorLists, type ViewerLists } from './author-lists.ts';
import type { FeedEntry } from './feed-store.ts';

/**
 * The newest posts of each author, kept in memory, so that a timeline is a merge of lists instead of a query that grows
 * with the number of followees (docs/decisions/0007). Only where one process has the database for itself.
 */
export type FeedMemory = {
  /** The page of a viewer's timeline, one entry too many; null when memory cannot tell and SQL must. */
  timeline(viewerId: number, page: PageRequest): Promise<FeedEntry[] | null>;
};

/** Above these, everything is forgotten: what is in use comes back at once. */
const maxAuthors = 50_000;
const maxViewers = 20_000;

export function feedMemory(database: Database): FeedMemory {
  // What several processes share, none of them can remember.
  if (!database.isEmbedded) return { timeline: async () => null };
  const authors = authorLists(database);
  const viewers = new Map<number, ViewerLists>();
  let viewerChanges = 0;

  function forgetAll(): void {
    viewerChanges += 1;
    authors.forgetAll();
    viewers.clear();
  }

  function forgetAuthor(accountId: number | null): void {
    if (accountId === null) return forgetAll();
    authors.markChanged(accountId);
  }

  function forgetViewer(accountId: number | null): void {
    if (accountId === null) return forgetAll();
    viewerChanges += 1;
    viewers.delete(accountId);
  }

  database.watchRows(
    { table: 'posts', column: 'account_id', changes: decidingColumns.posts },
    forgetAuthor,
  );
  database.watchRows({ table: 'follows', column: 'follower_id' }, forgetViewer);

  async function loadViewer(viewerId: number): Promise<ViewerLists> {
    if (authors.count() > maxAuthors || viewers.size > maxViewers) forgetAll();
    const changesBefore = viewerChanges;
    const ids = await listFolloweeIds(database, viewerId);
    const lists = [viewerId, ...ids].map(authors.listOf);
    const viewer = { lists, knownAbove: 0, sortedAtReading: 0, checkedAtChange: -1 };
    if (viewerChanges === changesBefore) viewers.set(viewerId, viewer);
    return viewer;
  }

  return {
    async timeline(viewerId, page) {
      if (page.from === 'oldest') return null;
      database.noticeOthers();
      const viewer = viewers.get(viewerId) ?? (await loadViewer(viewerId));
      await authors.bringUpToDate(viewer);
      const newest = mergeNewest(viewer, page);
      const { after = null } = page;
      return after === null || newest === null ? newest : newest.filter(({ key }) => key > after);
    },
  };
}

/**
 * The newest entries of several lists that are each newest first, and come with the newest of them first; null when one of
 * them may end too early.
 */
export function mergeNewest(
  { lists, knownAbove }: MergeLists,
  { before, limit }: PageRequest,
): FeedEntry[] | null {
  const newest: FeedEntry[] = [];
  const wanted = limit + 1;
  let oldest = 0;
  for (const { newestKey, entries } of lists) {
    if (newestKey <= oldest) break;
    for (let i = before === null ? 0 : firstBelow(entries, before); i < entries.length; i += 1) {
      const entry = entries[i];
      if (!entry || !insertNewest(newest, entry, wanted)) break;
    }
    if (newest.length === wanted) oldest = newest[limit]?.key ?? 0;
  }
  return oldest < knownAbove ? null : newest;
}

type MergeLists = {
  lists: ReadonlyArray<Pick<AuthorList, 'entries' | 'newestKey'>>;
  knownAbove: number;
};

/** Puts an entry in its place among the `wanted` newest. False when it is older than all of them. */
function insertNewest(newest: FeedEntry[], entry: FeedEntry, wanted: number): boolean {
  const isFull = newest.length === wanted;
  const last = newest.at(-1);
  if (isFull && last && last.key >= entry.key) return false;
  if (isFull) newest.pop();
  let place = newest.length;
  while (place > 0 && (newest[place - 1]?.key ?? 0) < entry.key) place -= 1;
  newest.splice(place, 0, entry);
  return true;
}

/** Index of the first entry whose key is below `before`. */
function firstBelow(entries: readonly FeedEntry[], before: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.key ?? 0) < before) high = middle;
    else low = middle + 1;
  }
  return low;
}
