import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { Now } from '../ports.ts';
import { accountFollowing } from './following.ts';
import { followListing } from './listing.ts';

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
  accounts: Pick<AccountService, 'findId'>;
};

/** Who follows whom. */
export type FollowService = ReturnType<typeof accountFollowing> & ReturnType<typeof followListing>;

export function followService({ database, newKey, now, accounts }: Needs): FollowService {
  return {
    ...accountFollowing({ database, newKey, now }),
    ...followListing({ database, accounts }),
  };
}
