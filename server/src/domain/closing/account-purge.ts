import type { Database, Tx } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import { deleteAccount } from '../accounts/account-store.ts';
import { deleteAppPasswordsOf } from '../app-passwords/app-password-store.ts';
import { deleteSomeBlocks } from '../blocks/block-store.ts';
import { deleteDevicesOf } from '../devices/device-store.ts';
import { emit } from '../events.ts';
import type { FollowService } from '../follows/follow-service.ts';
import { deleteSomeMemberships } from '../groups/group-store.ts';
import { deleteIdentitiesOf } from '../identities/identity-store.ts';
import { deleteLike, listLikes } from '../likes/like-store.ts';
import type { MediaService } from '../media/media-service.ts';
import { listMedia } from '../media/media-store.ts';
import { deleteNotificationSettings } from '../notifications/notification-settings-store.ts';
import { deleteSomeNotifications } from '../notifications/notification-store.ts';
import { deletePasskeysOf } from '../passkeys/passkey-store.ts';
import type { Now } from '../ports.ts';
import { isPublished } from '../posts/post.ts';
import { addToLikeCount, listPostsOf, updatePost } from '../posts/post-store.ts';
import { uncountReply } from '../posts/replying.ts';
import { deleteSomeReports } from '../reports/report-store.ts';
import { deleteRecoveryCodesOf } from '../second-factors/recovery-code-store.ts';
import { deleteTotpKeyOf } from '../second-factors/totp-store.ts';
import { deleteSessionsOf } from '../sessions/session-store.ts';
import { deleteUserDocument } from '../user-documents/user-document-store.ts';
import { deleteVerificationsOf } from '../verifications/verification-store.ts';
import type { PostPurge } from './post-purge.ts';

type Needs = {
  database: Database;
  now: Now;
  follows: Pick<FollowService, 'removeSome'>;
  media: Pick<MediaService, 'discard'>;
  purgePost: PostPurge;
};

export type AccountPurge = (accountId: number) => Promise<void>;

const batch = 100;

/**
 * Removes what a closed account leaves behind, in small transactions, and at last its row. Each step takes what is still
 * there, so a repeat goes on where a crash stopped it.
 */
export function accountPurge(needs: Needs): AccountPurge {
  const { database, now, follows, media, purgePost } = needs;

  async function untilDone(step: (tx: Tx) => Promise<boolean>): Promise<void> {
    while (!(await database.transaction(step)));
  }

  async function purgePosts(accountId: number): Promise<void> {
    for (;;) {
      const rows = await listPostsOf(database, accountId, batch);
      if (rows.length === 0) return;
      for (const post of rows) {
        await database.transaction((tx) => takeOutOfSight(tx, post));
        await purgePost(post.id);
      }
    }
  }

  async function purgeLikes(tx: Tx, accountId: number): Promise<boolean> {
    const likes = await listLikes(tx, { actor: accountId }, { limit: batch, before: null });
    for (const { post_id } of likes) {
      const was = await deleteLike(tx, post_id, accountId);
      if (!was) continue;
      if (was === 'counted') await addToLikeCount(tx, post_id, -1);
      await emit(tx, now(), 'post.unliked', { postId: post_id, accountId });
    }
    return likes.length === 0;
  }

  return async (accountId) => {
    await purgePosts(accountId);
    await untilDone((tx) => follows.removeSome(tx, accountId, batch));
    await untilDone((tx) => deleteSomeBlocks(tx, accountId, batch));
    await untilDone((tx) => deleteSomeReports(tx, accountId, batch));
    await untilDone((tx) => purgeLikes(tx, accountId));
    await untilDone(async (tx) => {
      const rows = await listMedia(tx, { accountId, limit: batch });
      await media.discard(tx, rows);
      return rows.length === 0;
    });
    await untilDone((tx) => deleteSomeNotifications(tx, accountId, batch));
    await untilDone((tx) => deleteSomeMemberships(tx, accountId, batch));
    await database.transaction(async (tx) => {
      await deleteNotificationSettings(tx, accountId);
      await deleteSessionsOf(tx, accountId);
      await deleteVerificationsOf(tx, accountId);
      await deleteIdentitiesOf(tx, accountId);
      await deleteTotpKeyOf(tx, accountId);
      await deleteRecoveryCodesOf(tx, accountId);
      await deletePasskeysOf(tx, accountId);
      await deleteAppPasswordsOf(tx, accountId);
      await deleteDevicesOf(tx, accountId);
      await deleteUserDocument(tx, accountId);
      await deleteAccount(tx, accountId);
    });
  };
}

async function takeOutOfSight(tx: Tx, post: PostRow): Promise<void> {
  const { id, state } = post;
  const isTaken = await updatePost(tx, id, [state], { state: 'deleted', feed_key: null });
  if (isTaken && isPublished(post)) await uncountReply(tx, post);
}
