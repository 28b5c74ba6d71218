import type { KeyRange } from '../db/key-range.ts';
import { invalid } from './errors.ts';
import { maxId } from './id.ts';

/** One page of a list that is ordered by a key. */
export type Page<T> = { items: T[]; nextCursor: string | null };

/** Every kind of list, and the letter that begins its cursors, so that no list takes a cursor of another one. */
export const cursorLetters = {
  keyed: {
    posts: 'p',
    likes: 'l',
    follows: 'f',
    entries: 'e',
    notifications: 'n',
    replies: 'r',
    blocks: 'b',
    reports: 'c',
  },
  /** Lists of rows that have no key of their own: they are ordered by the time at which a row was made. */
  dated: {
    drafts: 'd',
    accounts: 'a',
    groups: 'g',
    members: 'm',
    templates: 't',
    'sent-events': 's',
  },
} as const;

/** Lists that clients read from the oldest entry on. Stores read them newest first all the same. */
const rising: ReadonlySet<ListKind> = new Set(['replies'] as const);

export type ListKind = keyof typeof cursorLetters.keyed;

export type DatedListKind = keyof typeof cursorLetters.dated;

/**
 * A place in a dated list. Processes lease ids in ranges, so an id says nothing about time; it only separates rows of the
 * same millisecond.
 */
export type Place = { at: string; id: number };

/** Which part of a list to read. The entries of a page are newest first, whichever end they are taken from. */
export type PageRequest = {
  /** How many, 1 to 100. */
  limit: number;
  /** Only entries with a smaller key; null for no bound. */
  before: number | null;
  /** Only entries with a greater key. Default: no bound. */
  after?: number | null;
  /** Which entries to take when there are more than `limit` within the bounds: the newest (default), or those directly above `after`. */
  from?: 'newest' | 'oldest';
};

/** Dated lists are read towards older rows only. */
export type DatedPageRequest = {
  limit: number;
  /** Only rows older than this place; null for the newest. */
  before: Place | null;
};

/** What a store reads for a page: one entry more than the page shows, which tells that more follow. */
export function rangeOf({ limit, before, after = null, from = 'newest' }: PageRequest): KeyRange {
  return { before, after, from, limit: limit + 1 };
}

type PageQuery = { limit?: number; cursor?: string };

/** Start of the keys' time: 2024-01-01 UTC, in ms. */
const epochMs = Date.UTC(2024, 0, 1);
const randomValues = 4096;

/**
 * Makes keys that order by time: milliseconds since 2024 × 4096 + 12 random bits, below 2^53 until the year 2093,
 * strictly rising within a process. Posts, likes and follows are paged by them.
 * @param newest all keys are above this one, also when the clock was set back since it was made
 */
export function timeKeys(
  now: () => Date,
  chance: () => number = Math.random,
  newest = 0,
): () => number {
  let last = newest;
  return () => {
    const drawn = (now().getTime() - epochMs) * randomValues + Math.floor(chance() * randomValues);
    last = Math.max(drawn, last + 1);
    return last;
  };
}

/** The lowest key that could be made at a time. */
export function keyOfTime(time: Date): number {
  return Math.max(0, time.getTime() - epochMs) * randomValues;
}

/** When a key was made, to the millisecond. */
export function timeOfKey(key: number): Date {
  return new Date(epochMs + Math.floor(key / randomValues));
}

/**
 * Reads a page request. The cursor is opaque to clients: the kind of list and the last key of the page before, in base 36.
 * @throws DomainError `invalid` (cursor)
 */
export function pageRequest(kind: ListKind, { limit = 20, cursor }: PageQuery): PageRequest {
  const key = cursor === undefined ? null : (keyOfCursor(kind, cursor) ?? refuseCursor());
  if (rising.has(kind)) return { limit, before: null, after: key, from: 'oldest' };
  return { limit, before: key };
}

/**
 * The same for a dated list, whose cursors contain a time and an id. Cursors of earlier versions had only an id, which is refused
 * like a cursor of another list.
 * @throws DomainError `invalid` (cursor)
 */
export function datedPageRequest(
  kind: DatedListKind,
  { limit = 20, cursor }: PageQuery,
): DatedPageRequest {
  if (cursor === undefined) return { limit, before: null };
  return { limit, before: placeOfCursor(kind, cursor) ?? refuseCursor() };
}

function refuseCursor(): never {
  throw invalid('cursor', 'is not a cursor of this list; take it from the page before');
}

/** The cursor of an entry: what a list goes on with after it. */
export function cursorOf(kind: ListKind, key: number): string {
  return `${cursorLetters.keyed[kind]}${key.toString(36)}`;
}

/** The key in a cursor; null when it is not a cursor of this list. */
export function keyOfCursor(kind: ListKind, cursor: string): number | null {
  const isOurs = cursor.startsWith(cursorLetters.keyed[kind]) && /^.[0-9a-z]{1,11}$/.test(cursor);
  const key = isOurs ? Number.parseInt(cursor.slice(1), 36) : Number.NaN;
  return Number.isSafeInteger(key) ? key : null;
}

/**
 * Makes a page of up to `limit` + 1 entries: the one too many only tells that more follow. It is the last one, or the first one
 * of a page that was taken from the oldest end; older entries than those of such a page are below its `after`. A list that clients
 * read from the oldest on goes on behind the newest entry of its page.
 */
export function pageOf<T>(
  kind: ListKind,
  entries: readonly T[],
  { limit, after = null, from = 'newest' }: Omit<PageRequest, 'before'>,
  keyOf: (entry: T) => number,
): Page<T> {
  const cursorAfter = (last: T) => cursorOf(kind, keyOf(last));
  if (from === 'newest') return cut(entries, limit, cursorAfter);
  const items = entries.slice(-limit);
  if (rising.has(kind)) {
    const [newest] = items;
    const hasMore = entries.length > limit && newest !== undefined;
    return { items, nextCursor: hasMore ? cursorAfter(newest) : null };
  }
  const last = items.at(-1);
  return { items, nextCursor: after !== null && last !== undefined ? cursorAfter(last) : null };
}

/** The same for a dated list. */
export function datedPageOf<T>(
  kind: DatedListKind,
  entries: readonly T[],
  limit: number,
  placeOf: (entry: T) => Place,
): Page<T> {
  return cut(entries, limit, (last) => cursorOfPlace(kind, placeOf(last)));
}

function cut<T>(entries: readonly T[], limit: number, cursorAfter: (last: T) => string): Page<T> {
  const items = entries.slice(0, limit);
  const last = items.at(-1);
  const hasMore = entries.length > limit && last !== undefined;
  return { items, nextCursor: hasMore ? cursorAfter(last) : null };
}

/** The place of a row in a dated list. */
export function placeOfRow({ created_at: at, id }: { created_at: string; id: number }): Place {
  return { at, id };
}

function cursorOfPlace(kind: DatedListKind, { at, id }: Place): string {
  return `${cursorLetters.dated[kind]}${new Date(at).getTime().toString(36)}-${id.toString(36)}`;
}

function placeOfCursor(kind: DatedListKind, cursor: string): Place | null {
  const [, first, time = '', number = ''] = cursorOfDated.exec(cursor) ?? [];
  const id = Number.parseInt(number, 36);
  if (first !== cursorLetters.dated[kind] || !(id <= maxId)) return null;
  return { at: new Date(Number.parseInt(time, 36)).toISOString(), id };
}

/** Nine digits reach the year 5188, so that every time has a text of 24 characters. */
const cursorOfDated = /^(.)([0-9a-z]{1,9})-([0-9a-z]{1,6})$/;
