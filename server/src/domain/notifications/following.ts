import type { Tx } from '../../db/database.ts';
import type { Events } from '../events.ts';
import { isFollowing } from '../follows/follow-store.ts';
import type { NotificationKeeping } from './keeping.ts';

/** Tells people who follows them. */
export function followTelling({ beginFor, keep }: NotificationKeeping) {
  /** Somebody follows an account, or does no longer. */
  async function followChanged(
    tx: Tx,
    { followerId, followeeId }: Events['account.followed'],
  ): Promise<void> {
    const settings = await beginFor(tx, followeeId);
    if (!settings) return;
    const isThere = await isFollowing(tx, followerId, followeeId);
    await keep(tx, settings, {
      kind: 'followed',
      groupKey: `followed:${followerId}`,
      postId: null,
      actorIds: isThere ? [followerId] : [],
      actorCount: isThere ? 1 : 0,
      newcomer: followerId,
    });
  }

  return { followChanged };
}
