import { type ListKind, type Page, type PageRequest, pageOf } from './paging.ts';

/** What an entry of a skeleton shows to somebody; entries that show nothing are left out. */
export type Shown<E, T> = ReadonlyArray<{ entry: E; item: T }>;

const maxStep = 1000;

/**
 * Fills a page although some entries show nothing: reads on, in growing steps, until it is full or the list has ended. Only a
 * page that is followed by something has a cursor.
 * @param read gives up to `limit` + 1 entries, as `pageOf` takes them
 */
export async function fullPage<E, T>(
  kind: ListKind,
  page: PageRequest,
  list: {
    read: (page: PageRequest) => Promise<readonly E[]>;
    show: (entries: readonly E[]) => Promise<Shown<E, T>>;
    keyOf: (entry: E) => number;
  },
): Promise<Page<T>> {
  const shown: Array<{ entry: E; item: T }> = [];
  let { before, limit } = page;
  for (;;) {
    const entries = await list.read({ before, limit });
    shown.push(...(await list.show(entries)));
    const last = entries.at(-1);
    if (shown.length > page.limit || entries.length <= limit || last === undefined) break;
    before = list.keyOf(last);
    limit = Math.min(limit * 2, Math.max(maxStep, page.limit));
  }
  const { items, nextCursor } = pageOf(kind, shown, page.limit, ({ entry }) => list.keyOf(entry));
  return { items: items.map(({ item }) => item), nextCursor };
}
