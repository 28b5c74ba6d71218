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
  const isFromOldest = page.from === 'oldest';
  let part = page;
  for (;;) {
    const entries = await list.read(part);
    const some = await list.show(entries);
    if (isFromOldest) shown.unshift(...some);
    else shown.push(...some);
    const last = isFromOldest ? entries[0] : entries.at(-1);
    if (shown.length > page.limit || entries.length <= part.limit || last === undefined) break;
    const limit = Math.min(part.limit * 2, Math.max(maxStep, page.limit));
    const key = list.keyOf(last);
    part = isFromOldest ? { ...part, limit, after: key } : { ...part, limit, before: key };
  }
  const { items, nextCursor } = pageOf(kind, shown, page, ({ entry }) => list.keyOf(entry));
  return { items: items.map(({ item }) => item), nextCursor };
}
