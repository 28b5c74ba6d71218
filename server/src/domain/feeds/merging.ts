import type { PageRequest } from '../paging.ts';
import type { AuthorList } from './author-lists.ts';
import type { FeedEntry } from './feed-store.ts';

type MergeLists = {
  lists: ReadonlyArray<Pick<AuthorList, 'authorId' | 'keys' | 'postIds' | 'newestKey'>>;
  knownAbove: number;
};

/**
 * The newest entries of several lists that are each newest first, and come with the newest of them first; null when one of
 * them may end too early.
 */
export function mergeNewest(
  { lists, knownAbove }: MergeLists,
  { before, limit }: Pick<PageRequest, 'before' | 'limit'>,
): FeedEntry[] | null {
  const newest: FeedEntry[] = [];
  const wanted = limit + 1;
  let oldest = 0;
  for (const { authorId, keys, postIds, newestKey } of lists) {
    if (newestKey <= oldest) break;
    for (let i = before === null ? 0 : firstBelow(keys, before); i < keys.length; i += 1) {
      const key = keys[i] ?? 0;
      // Those after it are older still.
      if (newest.length === wanted && key <= oldest) break;
      insertNewest(newest, { key, postId: postIds[i] ?? 0, byId: authorId }, wanted);
      if (newest.length === wanted) oldest = newest[limit]?.key ?? 0;
    }
  }
  return oldest < knownAbove ? null : newest;
}

/** Puts an entry in its place among the `wanted` newest. */
function insertNewest(newest: FeedEntry[], entry: FeedEntry, wanted: number): void {
  if (newest.length === wanted) newest.pop();
  let place = newest.length;
  while (place > 0 && (newest[place - 1]?.key ?? 0) < entry.key) place -= 1;
  newest.splice(place, 0, entry);
}

/** Index of the first entry whose key is below `before`. */
function firstBelow(keys: Float64Array, before: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? 0) < before) high = middle;
    else low = middle + 1;
  }
  return low;
}
