import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { albums } from './albums.ts';
import type { FeedMemory } from './feed-memory.ts';
import { postListing } from './listing.ts';
import { timelines } from './timelines.ts';

type Needs = {
  database: Database;
  feedMemory: FeedMemory;
  accounts: Pick<AccountService, 'findIdFor'>;
  postReader: PostReader;
};

/** Lists of published posts, newest first, each read by a pipeline. */
export type FeedService = ReturnType<typeof timelines> &
  ReturnType<typeof albums> &
  ReturnType<typeof postListing>;

export function feedService({ database, feedMemory, accounts, postReader }: Needs): FeedService {
  return {
    ...timelines({ database, feedMemory, postReader }),
    ...albums({ database, postReader }),
    ...postListing({ database, accounts, feedMemory, postReader }),
  };
}
