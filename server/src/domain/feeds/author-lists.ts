import type { Database } from '../../db/database.ts';
import { memoryOf } from '../../db/memory.ts';
import { decidingColumns } from '../visibility/visibility.ts';
import { type FeedFilter, listByAuthor } from './feed-store.ts';

/** The newest posts of an author, newest first. Lists of viewers refer to it, so it is refreshed in place. */
export type AuthorList = {
  authorId: number;
  keys: Float64Array;
  postIds: Int32Array;
  /** Key of the first entry; 0 without entries. */
  newestKey: number;
  /** All posts with a higher key are in the list: the last entry's key, or 0 when no older posts exist. */
  knownAbove: number;
  /** How often the author's posts have changed, and how often they had when the entries were read. */
  changes: number;
  readAtChange: number;
  /** Which reading of any list this one's last was. */
  reading: number;
  /** Others needed its place: nobody tells it of changes any more. */
  isGone: boolean;
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
const bytesOf = { list: 700, entry: 12 };
const noKeys = new Float64Array();
const noIds = new Int32Array();

type Options = { filter: FeedFilter; maxBytes: number };

/** The newest posts of each author, as they were last read. */
export function authorLists(database: Database, options: Options) {
  const kept = keptLists(database, options);
  let readings = 0;

  async function refresh(list: AuthorList): Promise<void> {
    // A write while we read leaves the two counts apart, and the next request reads again.
    const { changes: changesBefore } = list;
    const page = { limit: entriesPerAuthor, before: null };
    const entries = await listByAuthor(database, list.authorId, options.filter, page);
    if (list.isGone) return;
    const newest = entries.slice(0, entriesPerAuthor);
    list.keys = Float64Array.from(newest, ({ key }) => key);
    list.postIds = Int32Array.from(newest, ({ postId }) => postId);
    list.newestKey = list.keys[0] ?? 0;
    list.knownAbove = entries.length > newest.length ? (list.keys.at(-1) ?? 0) : 0;
    list.readAtChange = changesBefore;
    readings += 1;
    list.reading = readings;
    kept.keep(list);
  }

  /**
   * Gives an author's list, with what was written until now, to `use`, which is called at once: a step later, others may need the
   * place of the list.
   * @returns null when there is no place for it
   */
  async function read<T>(authorId: number, use: (list: AuthorList) => T): Promise<T | null> {
    const list = kept.listOf(authorId);
    if (list.changes !== list.readAtChange) await refresh(list);
    return list.isGone ? null : use(list);
  }

  /**
   * Reads the lists again whose authors have posted, puts all in order if any was read since, and calls `use` at once, as `read`
   * does.
   * @returns null when there is no place for all of them
   */
  async function readAll<T>(viewer: ViewerLists, use: () => T): Promise<T | null> {
    const changes = kept.changes();
    if (viewer.checkedAtChange === changes) return use();
    if (viewer.lists.some((list) => list.isGone)) {
      viewer.lists = viewer.lists.map((list) => (list.isGone ? kept.listOf(list.authorId) : list));
    }
    const { lists } = viewer;
    for (const list of lists) if (list.changes !== list.readAtChange) await refresh(list);
    if (lists.some((list) => list.isGone)) return null;
    viewer.checkedAtChange = changes;
    if (lists.some((list) => list.reading > viewer.sortedAtReading)) sort(viewer, lists);
    return use();
  }

  function sort(viewer: ViewerLists, lists: readonly AuthorList[]): void {
    // Not in place: another request may be reading its way through the list.
    viewer.lists = lists.toSorted((a, b) => b.newestKey - a.newestKey);
    viewer.knownAbove = lists.reduce((most, list) => Math.max(most, list.knownAbove), 0);
    viewer.sortedAtReading = readings;
  }

  return { listOf: kept.listOf, read, readAll };
}

/** The lists that there is room for. */
function keptLists(database: Database, { maxBytes }: Options) {
  let changes = 0;
  const authors = memoryOf<AuthorList>(database, {
    madeOf: [
      {
        table: 'posts',
        column: 'account_id',
        changes: [...decidingColumns.posts, 'has_media'],
      },
    ],
    maxBytes,
    bytesOf: ({ keys }) => bytesOf.list + bytesOf.entry * keys.length,
    onOld(list) {
      changes += 1;
      list.changes += 1;
    },
    onEvicted: leave,
  });

  /** Viewers may refer to it for a long time yet. */
  function leave(list: AuthorList): void {
    changes += 1;
    Object.assign(list, { isGone: true, keys: noKeys, postIds: noIds });
  }

  function keep(list: AuthorList): void {
    authors.keep(list.authorId, list, authors.writes());
    if (authors.get(list.authorId) !== list) leave(list);
  }

  function listOf(authorId: number): AuthorList {
    const known = authors.get(authorId);
    if (known) return known;
    const list = unread(authorId);
    keep(list);
    return list;
  }

  return { listOf, keep, changes: () => changes };
}

/** A list whose entries are to be read. */
function unread(authorId: number): AuthorList {
  return {
    authorId,
    keys: noKeys,
    postIds: noIds,
    newestKey: 0,
    knownAbove: 0,
    changes: 1,
    readAtChange: 0,
    reading: 0,
    isGone: false,
  };
}
