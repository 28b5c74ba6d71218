import type { Db } from '../../db/database.ts';
import type { Pipeline } from '../pipeline.ts';
import type { AccountCard } from './account.ts';
import { readAccountCards } from './account-card-store.ts';

type Cards = ReadonlyMap<number, AccountCard>;

/** The steps of a list of people after its skeleton. Each entry shows the card of one account, if that may be seen. */
export function cardSteps<E>(
  db: Db,
  idOf: (entry: E) => number,
): Pick<Pipeline<E, Cards, AccountCard>, 'hydrate' | 'rules' | 'present'> {
  return {
    hydrate: (entries) => readAccountCards(db, entries.map(idOf)),
    rules: (entry, cards) => cards.has(idOf(entry)),
    present: async (entries, cards) =>
      entries.map((entry) => cards.get(idOf(entry))).filter((card) => card !== undefined),
  };
}
