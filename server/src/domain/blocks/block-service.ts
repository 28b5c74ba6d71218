import type { Database, Tx } from '../../db/database.ts';
import type { BlockRow } from '../../db/schema.ts';
import { type AccountCard, noSuchAccount, type Profile } from '../accounts/account.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { lockWithReferrers } from '../accounts/account-lock-store.ts';
import { cardSteps } from '../accounts/card-steps.ts';
import { profileOf } from '../accounts/profiles.ts';
import { currentPublic, findActiveId } from '../accounts/public-account.ts';
import { invalid } from '../errors.ts';
import { emit } from '../events.ts';
import type { FollowService } from '../follows/follow-service.ts';
import { isFollowing } from '../follows/follow-store.ts';
import type { Page, PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { readRelations } from '../visibility/relation-store.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import { deleteBlock, insertBlock, listVisibleBlocks } from './block-store.ts';

export type BlockService = ReturnType<typeof blockService>;

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
  follows: Pick<FollowService, 'removeBetween'>;
  relations: ReadRelations;
};

/** Blocks accounts (docs/decisions/0054-blocks.md). */
export function blockService({ database, newKey, now, follows, relations }: Needs) {
  /**
   * Blocks an account: follows between the two end at once; likes and notifications follow in a job. Doing it twice changes nothing.
   * @throws DomainError `not_found` · `invalid` (oneself)
   */
  function block(viewer: Viewer, username: string): Promise<Profile> {
    const { accountId } = viewer;
    return database.transaction(async (tx) => {
      const targetId = await findOther(tx, viewer, username);
      // In the order of ids, so that two who block one another at once do not wait for each other.
      for (const id of [accountId, targetId].toSorted((a, b) => a - b)) {
        await lockWithReferrers(tx, id, now().toISOString());
      }
      await checkLives(tx, accountId);
      const row = { account_id: accountId, target_id: targetId, block_key: newKey() };
      if (await insertBlock(tx, row)) {
        await follows.removeBetween(tx, accountId, targetId);
        await emit(tx, now(), 'account.blocked', { accountId, targetId });
      }
      const toViewer = { followedByMe: false, blockedByMe: true };
      return profileOf(await currentPublic(tx, targetId), toViewer);
    });
  }

  /** Takes a block back; nothing that it ended comes back. Doing it twice changes nothing. @throws DomainError `not_found` */
  function unblock(viewer: Viewer, username: string): Promise<Profile> {
    const { accountId } = viewer;
    return database.transaction(async (tx) => {
      const targetId = await findOther(tx, viewer, username);
      await checkLives(tx, accountId);
      await deleteBlock(tx, accountId, targetId);
      const followedByMe = await isFollowing(tx, accountId, targetId);
      const toViewer = { followedByMe, blockedByMe: false };
      return profileOf(await currentPublic(tx, targetId), toViewer);
    });
  }

  /** Whom the viewer has blocked, the latest first. */
  function list({ accountId }: Viewer, page: PageRequest): Promise<Page<AccountCard>> {
    return readPage('blocks', page, {
      skeleton: (part) => listVisibleBlocks(database, { actor: accountId }, part),
      keyOf: (row) => row.block_key,
      // Without a viewer, blocks leave no one out.
      ...cardSteps({ database, relations, viewer: null }, (row: BlockRow) => row.target_id),
    });
  }

  return { block, unblock, list };
}

/** @throws DomainError `not_found`, also for somebody by whom the viewer is blocked · `invalid` (oneself) */
async function findOther(tx: Tx, { accountId }: Viewer, username: string): Promise<number> {
  const id = await findActiveId(tx, username);
  if (id === accountId) throw invalid('username', 'is your own; you cannot block yourself');
  if ((await readRelations(tx, accountId, [id]))(id).blockedBy) throw noSuchAccount();
  return id;
}
