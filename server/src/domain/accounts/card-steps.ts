import type { Database } from '../../db/database.ts';
import type { Pipeline } from '../pipeline.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import { canMeet, type PostViewer } from '../visibility/visibility.ts';
import type { AccountCard } from './account.ts';
import { readAccountCards } from './account-card-store.ts';

type Cards = ReadonlyMap<number, AccountCard>;

/** For whom people are listed. */
type For = { database: Database; relations: ReadRelations; viewer: PostViewer };

/** The steps of a list of people after its skeleton. Each entry shows the card of one account, if that may be seen. */
export function cardSteps<E>(
  { database, relations, viewer }: For,
  idOf: (entry: E) => number,
): Pick<Pipeline<E, Cards, AccountCard>, 'hydrate' | 'rules' | 'present'> {
  return {
    hydrate: (entries) => readShownCards({ database, relations, viewer }, entries.map(idOf)),
    rules: (entry, cards) => cards.has(idOf(entry)),
    present: async (entries, cards) =>
      entries.map((entry) => cards.get(idOf(entry))).filter((card) => card !== undefined),
  };
}

/** Cards of those between whom and the viewer no block stands. */
async function readShownCards(
  { database, relations, viewer }: For,
  ids: readonly number[],
): Promise<Cards> {
  const [cards, to] = await Promise.all([readAccountCards(database, ids), relations(viewer, ids)]);
  return new Map([...cards].filter(([id]) => canMeet(to(id))));
}
