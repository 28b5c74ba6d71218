import type { Database } from '../../db/database.ts';
import { type AccountCard, foldName, keysBeginningWith, searchKey } from '../accounts/account.ts';
import { readAccountCards } from '../accounts/account-card-store.ts';
import { isBlank } from '../text.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import { canMeet, type PostViewer } from '../visibility/visibility.ts';
import { type FoundPerson, findByDisplayName, findByUsername } from './people-search-store.ts';

export type SearchService = ReturnType<typeof searchService>;

type Needs = { database: Database; relations: ReadRelations };

/** How many of each kind of name are looked at. One more letter narrows down a common beginning. */
const maxLookedAt = 200;

/** Finds people. */
export function searchService({ database, relations }: Needs) {
  /**
   * Accounts whose usernames or display names begin so, in any case: the one with this very username first, then those with the most
   * followers. A leading `@` is left out.
   * @param limit at most so many
   */
  async function people(viewer: PostViewer, text: string, limit: number): Promise<AccountCard[]> {
    const name = text.trim().replace(/^[@＠]/u, '');
    const username = foldName(name);
    if (isBlank(username)) return [];
    const [named, shown] = await Promise.all([
      findByUsername(database, { ...keysBeginningWith(username), limit: maxLookedAt }),
      findByDisplayName(database, { ...keysBeginningWith(searchKey(name)), limit: maxLookedAt }),
    ]);
    const found = byRank(username, [...named, ...shown]);
    const to = await relations(viewer, found);
    const ids = found.filter((id) => canMeet(to(id))).slice(0, limit);
    const cards = await readAccountCards(database, ids);
    return ids.map((id) => cards.get(id)).filter((card) => card !== undefined);
  }

  return { people };
}

/** Ids of those found, each once, the likeliest first. */
function byRank(username: string, found: readonly FoundPerson[]): number[] {
  const isExact = ({ name_key }: FoundPerson) => Number(name_key === username);
  const ranked = found.toSorted(
    (a, b) => isExact(b) - isExact(a) || b.follower_count - a.follower_count || a.id - b.id,
  );
  return [...new Set(ranked.map(({ id }) => id))];
}
