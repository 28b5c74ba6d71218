import type { Db } from '../../db/database.ts';
import { type KeyRange, newestFirst } from '../../db/key-range.ts';
import { hasLateral } from '../../db/which-engine.ts';
import { type AuthorPlace, readHeads, readOfAuthors } from './author-store.ts';
import type { FeedRow } from './feed-store.ts';

/** For pages up to this size, one round asks each author for as many posts as the page has. */
const smallPage = 101;

/** How often a timeline is read anew whose first posts are deleted meanwhile. */
const maxReadings = 5;

/**
 * A timeline that is merged here, in several statements: what bounds the page may be deleted before the page is read. A page that is
 * shorter for that would look like the end of the list, so it is read again.
 */
export async function readTimelineInRounds(
  db: Db,
  viewerId: number,
  range: KeyRange,
): Promise<FeedRow[]> {
  for (let reading = 1; ; reading += 1) {
    const { page, isSure } = await readOnce(db, viewerId, range);
    if (isSure || reading === maxReadings) return newestFirst(page, range);
  }
}

/**
 * Authors are asked in the order of their first posts, some at a time, and only for what may
 * still stand on the page: once it is full, those whose next post lies beyond its end are not asked at all.
 */
async function readOnce(
  db: Db,
  viewerId: number,
  range: KeyRange,
): Promise<{ page: FeedRow[]; isSure: boolean }> {
  const sign = range.from === 'oldest' ? 1 : -1;
  const byPlace = (a: number, b: number) => (a - b) * sign;
  const start = range.from === 'oldest' ? (range.after ?? 0) : (range.before ?? maxKey);
  const heads = await readHeads(db, viewerId, range);
  // The first post of an author lies one step beyond the place where reading begins.
  const followees = heads.map(({ authorId, key }) => ({ authorId, place: key - sign }));
  let waiting: AuthorPlace[] = [{ authorId: viewerId, place: start }, ...followees];
  let page: FeedRow[] = [];
  // So many followees have a post up to there that the page cannot reach further.
  let end = heads[range.limit - 1]?.key ?? null;
  while (waiting.length > 0) {
    const batch = waiting.slice(0, hasLateral(db) ? 200 : 20);
    const most = mostOf(range.limit, batch.length);
    const rows = await readOfAuthors(db, batch, { ...boundedBy(end, range), limit: most });
    page = mergeRows(page, rows, byPlace).slice(0, range.limit);
    if (page.length === range.limit) end = page.at(-1)?.feed_key ?? null;
    const unfinished = placesAfter(batch, rows, most, byPlace);
    waiting = [...unfinished, ...waiting.slice(batch.length)]
      .filter(({ place }) => end === null || byPlace(place, end) < 0)
      .sort((a, b) => byPlace(a.place, b.place));
  }
  return { page, isSure: end === null || page.length === range.limit };
}

const maxKey = Number.MAX_SAFE_INTEGER;

function mostOf(limit: number, authors: number): number {
  return limit <= smallPage ? limit : Math.min(limit, Math.ceil((2 * limit) / authors) + 1);
}

/** The range without what lies beyond the end of the page; the end itself is part of it. */
function boundedBy(end: number | null, range: KeyRange): KeyRange {
  if (end === null) return range;
  if (range.from === 'oldest') return { ...range, before: end + 1 };
  return { ...range, after: Math.max(range.after ?? 0, end - 1) };
}

function mergeRows(
  page: readonly FeedRow[],
  rows: readonly FeedRow[],
  byPlace: (a: number, b: number) => number,
): FeedRow[] {
  const known = new Set(page.map(({ id }) => id));
  const added = new Map(rows.filter(({ id }) => !known.has(id)).map((row) => [row.id, row]));
  return [...page, ...added.values()].sort((a, b) => byPlace(a.feed_key ?? 0, b.feed_key ?? 0));
}

/** Where reading goes on for authors who gave as many posts as they were asked for. */
function placesAfter(
  batch: readonly AuthorPlace[],
  rows: readonly FeedRow[],
  most: number,
  byPlace: (a: number, b: number) => number,
): AuthorPlace[] {
  const given = new Map<number, { ids: Set<number>; last: number }>();
  for (const { account_id: authorId, id, feed_key: key } of rows) {
    const of = given.get(authorId) ?? { ids: new Set(), last: key ?? 0 };
    given.set(authorId, of);
    of.ids.add(id);
    if (byPlace(key ?? 0, of.last) > 0) of.last = key ?? 0;
  }
  return batch.flatMap(({ authorId }) => {
    const of = given.get(authorId);
    return of && of.ids.size === most ? [{ authorId, place: of.last }] : [];
  });
}
