import type { Db } from '../../db/database.ts';
import { isAfterPlace } from '../../db/place.ts';
import type { AccountRow } from '../../db/schema.ts';
import { keysBeginningWith } from '../accounts/account.ts';
import type { DatedPageRequest } from '../paging.ts';
import {
  accountIsActive,
  accountIsDisabled,
  accountIsOpen,
} from '../visibility/visibility-store.ts';

export type AccountSearch = {
  /** Folded. */
  prefix: string | null;
  role: AccountRow['role'] | null;
  state: 'active' | 'disabled' | null;
  /** How many to leave out at the beginning. */
  skip?: number;
};

/** So many may be sorted; where more have the name, a walk through all accounts soon meets the newest of them. */
const few = 1000;
const namesPerAccount = 4;

/** Accounts that are not deleted, the newest first; one more than asked for. */
export async function listAccounts(
  db: Db,
  search: AccountSearch,
  page: DatedPageRequest,
): Promise<AccountRow[]> {
  const query = filtered(db, search, page);
  if (search.prefix === null) return query.execute();
  const { start, end } = keysBeginningWith(search.prefix);
  const ids = await idsByName(db, start, end);
  if (ids.length === 0) return [];
  if (ids.length <= few) return query.where('accounts.id', 'in', ids).execute();
  return query
    .where((eb) =>
      eb.or([
        eb.between('accounts.display_name_key', start, end),
        eb.exists(
          eb
            .selectFrom('account_names')
            .select('account_names.account_id')
            .whereRef('account_names.account_id', '=', 'accounts.id')
            .where('account_names.name_key', '>=', start)
            .where('account_names.name_key', '<', end),
        ),
      ]),
    )
    .execute();
}

function filtered(
  db: Db,
  { role, state, skip = 0 }: AccountSearch,
  { before, limit }: DatedPageRequest,
) {
  const query = db
    .selectFrom('accounts')
    .selectAll('accounts')
    .where(accountIsOpen())
    .$if(role !== null, (query) => query.where('accounts.role', '=', role ?? 'user'))
    .$if(state === 'active', (query) => query.where(accountIsActive()))
    .$if(state === 'disabled', (query) => query.where(accountIsDisabled()))
    .orderBy('accounts.created_at', 'desc')
    .orderBy('accounts.id', 'desc')
    .limit(limit + 1)
    .$if(skip > 0, (query) => query.offset(skip));
  const columns = ['accounts.created_at', 'accounts.id'] as const;
  return before ? query.where(isAfterPlace(columns, before)) : query;
}

/** Of those with a name in a range of the indexes; more than a few when there are more. */
async function idsByName(db: Db, start: string, end: string): Promise<number[]> {
  const named = await db
    .selectFrom('account_names')
    .select('account_id as id')
    .where('name_key', '>=', start)
    .where('name_key', '<', end)
    .limit(namesPerAccount * few + 1)
    .execute();
  const shown = await db
    .selectFrom('accounts')
    .select('id')
    .where('display_name_key', '>=', start)
    .where('display_name_key', '<', end)
    .limit(few + 1)
    .execute();
  return [...new Set([...named, ...shown].map(({ id }) => id))];
}

/** All admins who are not disabled. */
export function listAdmins(
  db: Db,
): Promise<Array<Pick<AccountRow, 'id' | 'username' | 'email' | 'language'>>> {
  return db
    .selectFrom('accounts')
    .select(['id', 'username', 'email', 'language'])
    .where('role', '=', 'admin')
    .where(accountIsActive())
    .orderBy('username')
    .execute();
}
