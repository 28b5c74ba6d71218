import type { Db } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { KeyRange } from '../accounts/account.ts';
import { accountIsActive } from '../visibility/visibility-store.ts';

/** An account whose name begins with the search text. */
export type FoundPerson = { id: number; name_key: string | null; follower_count: number };

type NameRange = KeyRange & { limit: number };

/** Accounts in use whose usernames are in a range, in the order of their names. E-mails and phone numbers are not looked at. */
export function findByUsername(db: Db, range: NameRange): Promise<FoundPerson[]> {
  return byUsername(db, range);
}

const byUsername = prepared((db, { start, end, limit }: NameRange) =>
  db
    .selectFrom('account_names')
    .innerJoin('accounts', 'accounts.id', 'account_names.account_id')
    .select(['accounts.id', 'account_names.name_key', 'accounts.follower_count'])
    .where('account_names.name_key', '>=', start)
    .where('account_names.name_key', '<', end)
    .where('account_names.kind', '=', 'username')
    .where(accountIsActive())
    .orderBy('account_names.name_key')
    .limit(limit)
    .$castTo<FoundPerson>(),
);

/** Accounts in use whose display names are in a range, in the order of these. */
export function findByDisplayName(db: Db, range: NameRange): Promise<FoundPerson[]> {
  return byDisplayName(db, range);
}

const byDisplayName = prepared((db, { start, end, limit }: NameRange) =>
  db
    .selectFrom('accounts')
    .select((eb) => ['id', eb.lit(null).as('name_key'), 'follower_count'])
    .where('display_name_key', '>=', start)
    .where('display_name_key', '<', end)
    .where(accountIsActive())
    .orderBy('display_name_key')
    .limit(limit)
    .$castTo<FoundPerson>(),
);
