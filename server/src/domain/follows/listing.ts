import type { Database } from '../../db/database.ts';
import type { FollowRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import type { AccountService } from '../accounts/account-service.ts';
import { cardSteps } from '../accounts/card-steps.ts';
import type { EdgeSide } from '../edges/edge-store.ts';
import type { Page, PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import type { PostViewer } from '../visibility/visibility.ts';
import { listVisibleFollows } from './follow-store.ts';

type Needs = {
  database: Database;
  accounts: Pick<AccountService, 'findIdFor'>;
  relations: ReadRelations;
};

/** Lists who follows whom. */
export function followListing({ database, accounts, relations }: Needs) {
  /** Who follows an account, the latest first. @throws DomainError `not_found` */
  async function listFollowers(
    viewer: PostViewer,
    username: string,
    page: PageRequest,
  ): Promise<Page<AccountCard>> {
    const target = await accounts.findIdFor(viewer, username);
    return listCards(viewer, { side: { target }, page }, (row) => row.follower_id);
  }

  /** Whom an account follows, the latest first. @throws DomainError `not_found` */
  async function listFollowing(
    viewer: PostViewer,
    username: string,
    page: PageRequest,
  ): Promise<Page<AccountCard>> {
    const actor = await accounts.findIdFor(viewer, username);
    return listCards(viewer, { side: { actor }, page }, (row) => row.followee_id);
  }

  function listCards(
    viewer: PostViewer,
    { side, page }: { side: EdgeSide; page: PageRequest },
    idOf: (row: FollowRow) => number,
  ): Promise<Page<AccountCard>> {
    return readPage('follows', page, {
      skeleton: (part) => listVisibleFollows(database, side, part),
      keyOf: (row) => row.follow_key,
      ...cardSteps({ database, relations, viewer }, idOf),
    });
  }

  return { listFollowers, listFollowing };
}
