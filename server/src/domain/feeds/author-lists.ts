import type { Database } from '../../db/database.ts';
import { type FeedEntry, listByAuthor } from './feed-store.ts';

/** What is known of an author. Lists of viewers refer to it, so it is refreshed in place. */
export type AuthorList = {
  authorId: number;
  /** Newest first. */
  entries: readonly FeedEntry[];
  /** Key of the first entry; 0 without entries. */
  newestKey: number;
  /** All posts with a higher key are in the list: the last entry's key, or 0 when no older posts exist. */
  knownAbove: number;
  /** How often the author's posts have changed, and how often they had when the entries were read. */
  changes: number;
  readAtChange: number;
  /** Which reading of any list this one's last was. */
  reading: number;
};

/** What makes up somebody's timeline. */
export type ViewerLists = {
  /** The one with the newest post first, as of `sortedAtReading`. */
  lists: readonly AuthorList[];
  /** The highest `knownAbove` among them. */
  knownAbove: number;
  sortedAtReading: number;
  /** Changes of any author up to here have been looked at. */
  checkedAtChange: number;
};

const entriesPerAuthor = 200;

/** The newest posts of each author, as they were last read. */
export function authorLists(database: Database) {
  const authors = new Map<number, AuthorList>();
  let authorChanges = 0;
  let readings = 0;

  function listOf(authorId: number): AuthorList {
    const known = authors.get(authorId);
    if (known) return known;
    const list = unread(authorId);
    authors.set(authorId, list);
    return list;
  }

  async function refresh(list: AuthorList): Promise<void> {
    // A write while we read leaves the two counts apart, and the next request reads again.
    const { changes } = list;
    const page = { limit: entriesPerAuthor, before: null };
    const entries = await listByAuthor(database, list.authorId, 'all', page);
    list.entries = entries.slice(0, entriesPerAuthor);
    list.newestKey = list.entries[0]?.key ?? 0;
    list.knownAbove = entries.length > entriesPerAuthor ? (list.entries.at(-1)?.key ?? 0) : 0;
    list.readAtChange = changes;
    readings += 1;
    list.reading = readings;
  }

  /** Reads the lists again whose authors have posted, and puts all in order if any was read since. */
  async function bringUpToDate(viewer: ViewerLists): Promise<void> {
    if (viewer.checkedAtChange === authorChanges) return;
    const changesBefore = authorChanges;
    for (const list of viewer.lists) if (list.changes !== list.readAtChange) await refresh(list);
    viewer.checkedAtChange = changesBefore;
    if (viewer.lists.every((list) => list.reading <= viewer.sortedAtReading)) return;
    // Not in place: another request may be reading its way through the list.
    viewer.lists = viewer.lists.toSorted((a, b) => b.newestKey - a.newestKey);
    viewer.knownAbove = viewer.lists.reduce((most, l) => Math.max(most, l.knownAbove), 0);
    viewer.sortedAtReading = readings;
  }

  /** The author's posts have changed: the list is read again before it is used. */
  function markChanged(authorId: number): void {
    authorChanges += 1;
    const list = authors.get(authorId);
    if (list) list.changes += 1;
  }

  return {
    listOf,
    bringUpToDate,
    markChanged,
    count: () => authors.size,
    forgetAll: () => authors.clear(),
  };
}

/** A list whose entries are to be read. */
function unread(authorId: number): AuthorList {
  return {
    authorId,
    entries: [],
    newestKey: 0,
    knownAbove: 0,
    changes: 1,
    readAtChange: 0,
    reading: 0,
  };
}
