import type { Db } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import type { PageRequest } from '../paging.ts';

export type AccountSearch = {
  /** Folded. */
  prefix: string | null;
  role: AccountRow['role'] | null;
  state: 'active' | 'disabled' | null;
};

/** Above every text that begins with the prefix it is put after: the last of all characters. */
const lastCharacter = '\u{10ffff}';

/** Accounts that are not deleted, the newest first; one more than asked for. Names are found by their indexes. */
export function listAccounts(
  db: Db,
  { prefix, role, state }: AccountSearch,
  page: PageRequest,
): Promise<AccountRow[]> {
  return db
    .selectFrom('accounts')
    .$if(prefix !== null, (query) =>
      query.innerJoin(idsByName(db, prefix ?? '').as('found'), 'found.id', 'accounts.id'),
    )
    .$if(role !== null, (query) => query.where('accounts.role', '=', role ?? 'user'))
    .$if(state === 'active', (query) => query.where('accounts.disabled_at', 'is', null))
    .$if(state === 'disabled', (query) => query.where('accounts.disabled_at', 'is not', null))
    .$if(page.before !== null, (query) => query.where('accounts.id', '<', page.before ?? 0))
    .where('accounts.deleted_at', 'is', null)
    .selectAll('accounts')
    .orderBy('accounts.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

function idsByName(db: Db, prefix: string) {
  const end = prefix + lastCharacter;
  return db
    .selectFrom('account_names')
    .select('account_id as id')
    .where('name_key', '>=', prefix)
    .where('name_key', '<', end)
    .union(
      db
        .selectFrom('accounts')
        .select('id')
        .where('display_name_key', '>=', prefix)
        .where('display_name_key', '<', end),
    );
}
