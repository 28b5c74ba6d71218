import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { Now } from '../ports.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import { followEnding } from './ending.ts';
import { accountFollowing } from './following.ts';
import { followListing } from './listing.ts';

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
  accounts: Pick<AccountService, 'findIdFor'>;
  relations: ReadRelations;
};

/** Who follows whom. */
export type FollowService = ReturnType<typeof accountFollowing> &
  ReturnType<typeof followEnding> &
  ReturnType<typeof followListing>;

export function followService({
  database,
  newKey,
  now,
  accounts,
  relations,
}: Needs): FollowService {
  return {
    ...accountFollowing({ database, newKey, now }),
    ...followEnding({ now }),
    ...followListing({ database, accounts, relations }),
  };
}
