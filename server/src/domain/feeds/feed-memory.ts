import type { Database } from '../../db/database.ts';
import { listFolloweeIds } from '../follows/follow-store.ts';
import type { PageRequest } from '../paging.ts';
import { type FeedEntry, listByAuthor } from './feed-store.ts';

/**
 * The newest posts of each author, kept in memory, so that a timeline is a merge of lists instead of a query that grows
 * with the number of followees (docs/decisions/0007). Only where one process has the database for itself.
 */
export type FeedMemory = {
  /** The page of a viewer's timeline, one entry too many; null when memory cannot tell and SQL must. */
  timeline(viewerId: number, page: PageRequest): Promise<FeedEntry[] | null>;
  /** Must be called after each commit that publishes, moves or deletes a post of the author. */
  forgetAuthor(accountId: number): void;
  /** Must be called after each commit that changes whom the viewer follows. */
  forgetViewer(accountId: number): void;
};

type AuthorList = {
  /** Newest first. */
  entries: readonly FeedEntry[];
  /** False when older posts exist than those in the list. */
  isComplete: boolean;
};

const entriesPerAuthor = 200;
const maxAuthors = 50_000;
const maxViewers = 20_000;

/** Remembers nothing: for a database that several processes share. */
export const noFeedMemory: FeedMemory = {
  timeline: async () => null,
  forgetAuthor() {},
  forgetViewer() {},
};

export function feedMemory(database: Database): FeedMemory {
  const authors = new Map<number, AuthorList>();
  const followees = new Map<number, readonly number[]>();
  let changes = 0;
  let version = database.versionElsewhere();

  function dropIfChangedElsewhere(): void {
    const current = database.versionElsewhere();
    if (current === version) return;
    version = current;
    changes += 1;
    authors.clear();
    followees.clear();
  }

  /** Keeps a value that was read, unless a commit has made it stale in the meantime. */
  async function remember<T>(
    map: Map<number, T>,
    max: number,
    id: number,
    load: () => Promise<T>,
  ): Promise<T> {
    const changesBefore = changes;
    const value = await load();
    if (changes === changesBefore) {
      map.set(id, value);
      if (map.size > max) map.delete(map.keys().next().value ?? id);
    }
    return value;
  }

  function loadAuthor(authorId: number): Promise<AuthorList> {
    return remember(authors, maxAuthors, authorId, async () => {
      const page = { limit: entriesPerAuthor, before: null };
      const entries = await listByAuthor(database, authorId, 'all', page);
      const isComplete = entries.length <= entriesPerAuthor;
      return { entries: entries.slice(0, entriesPerAuthor), isComplete };
    });
  }

  function loadFollowees(viewerId: number): Promise<readonly number[]> {
    return remember(followees, maxViewers, viewerId, () => listFolloweeIds(database, viewerId));
  }

  return {
    async timeline(viewerId, page) {
      dropIfChangedElsewhere();
      const ids = followees.get(viewerId) ?? (await loadFollowees(viewerId));
      const lists: AuthorList[] = [];
      for (const id of [viewerId, ...ids]) lists.push(authors.get(id) ?? (await loadAuthor(id)));
      return mergeNewest(lists, page);
    },
    forgetAuthor(accountId) {
      changes += 1;
      authors.delete(accountId);
    },
    forgetViewer(accountId) {
      changes += 1;
      followees.delete(accountId);
    },
  };
}

/** The newest entries of several lists that are each newest first; null when one of them may end too early. */
export function mergeNewest(
  lists: readonly AuthorList[],
  { before, limit }: PageRequest,
): FeedEntry[] | null {
  const newest: FeedEntry[] = [];
  const wanted = limit + 1;
  let unknownBelow = 0;
  for (const { entries, isComplete } of lists) {
    for (let i = before === null ? 0 : firstBelow(entries, before); i < entries.length; i += 1) {
      const entry = entries[i];
      if (!entry || !insertNewest(newest, entry, wanted)) break;
    }
    if (!isComplete) unknownBelow = Math.max(unknownBelow, entries.at(-1)?.key ?? 0);
  }
  const oldest = newest.length === wanted ? (newest.at(-1)?.key ?? 0) : 0;
  return oldest < unknownBelow ? null : newest;
}

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
