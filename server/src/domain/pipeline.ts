import { type ListKind, type Page, type PageRequest, pageOf } from './paging.ts';

/**
 * How a list is read: four steps, each of which can be understood alone. What is shown to whom is decided in `rules` only.
 * @typeParam E an entry of the list: its place, and whatever finds the rest
 * @typeParam S what was loaded for some entries
 * @typeParam V an item as it is shown
 */
export type Pipeline<E, S, V> = {
  /** Finds the entries of a part of the list, newest first, without any detail: up to `limit` + 1, as `pageOf` takes them. */
  skeleton: (part: PageRequest) => Promise<readonly E[]>;
  keyOf: (entry: E) => number;
  /** Loads what the rules look at, for many entries at once. */
  hydrate: (entries: readonly E[]) => Promise<S>;
  /** Whether the viewer is shown an entry. */
  rules: Rule<E, S>;
  /** Makes the items of entries that passed the rules, in their order, and loads what only the items need. */
  present: (entries: readonly E[], state: S) => Promise<readonly V[]>;
};

export type Rule<E, S> = (entry: E, state: S) => boolean;

/** How many entries are hydrated by one query. */
const maxAtOnce = 1000;

/**
 * Reads a page. It is full as long as there is more to show: where the rules leave entries out, it reads on in growing steps
 * until the page is full or the list has ended. Only a page that is followed by something has a cursor.
 */
export async function readPage<E, S, V>(
  kind: ListKind,
  page: PageRequest,
  pipeline: Pipeline<E, S, V>,
): Promise<Page<V>> {
  const parts = await readParts(page, pipeline);
  const shown = parts.flatMap(({ entries }) => entries);
  const { items: kept, nextCursor } = pageOf(kind, shown, page, pipeline.keyOf);
  const items: V[] = [];
  let skipped = page.from === 'oldest' ? shown.length - kept.length : 0;
  for (const { entries, state } of parts) {
    const some = entries.slice(skipped, skipped + kept.length - items.length);
    skipped = Math.max(0, skipped - entries.length);
    if (some.length > 0) items.push(...(await pipeline.present(some, state)));
  }
  return { items, nextCursor };
}

type Part<E, S> = { entries: readonly E[]; state: S };

/** What passed the rules, newest first: more than the page shows, unless the list has ended. */
async function readParts<E, S>(
  page: PageRequest,
  { skeleton, keyOf, hydrate, rules }: Pipeline<E, S, unknown>,
): Promise<Array<Part<E, S>>> {
  const parts: Array<Part<E, S>> = [];
  const isFromOldest = page.from === 'oldest';
  let count = 0;
  let asked = page;
  for (;;) {
    const found = await skeleton(asked);
    const some: Array<Part<E, S>> = [];
    for (let from = 0; from < found.length; from += maxAtOnce) {
      const chunk = found.slice(from, from + maxAtOnce);
      const state = await hydrate(chunk);
      some.push({ entries: chunk.filter((entry) => rules(entry, state)), state });
    }
    if (isFromOldest) parts.unshift(...some);
    else parts.push(...some);
    count += some.reduce((sum, { entries }) => sum + entries.length, 0);
    const last = isFromOldest ? found[0] : found.at(-1);
    if (count > page.limit || found.length <= asked.limit || last === undefined) return parts;
    const limit = Math.min(asked.limit * 2, Math.max(maxAtOnce, page.limit));
    const key = keyOf(last);
    asked = isFromOldest ? { ...asked, limit, after: key } : { ...asked, limit, before: key };
  }
}
