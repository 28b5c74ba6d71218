import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { MediaRow, PostRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst } from '../authority.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { MediaService } from '../media/media-service.ts';
import { findMedia, listMedia } from '../media/media-store.ts';
import type { Now } from '../ports.ts';
import { updatePost } from '../posts/post-store.ts';
import { isBlank } from '../text.ts';
import type { postRemoval } from './post-removal.ts';
import { checkMayRemove, checkReason, lockPublished } from './removal-checks.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  media: Pick<MediaService, 'discard' | 'clearAvatar'>;
  posts: Pick<ReturnType<typeof postRemoval>, 'removeWhole'>;
};

type Removal = { actor: Actor; row: MediaRow; reason: string };

/** Removes pictures of others. */
export function pictureRemoval(needs: Needs) {
  const { database, media } = needs;

  /**
   * Removes a picture of a published post, or a profile picture. A post that has nothing else goes with it.
   * @throws DomainError `invalid` (reason) · `forbidden` · `not_found` (also for pictures of drafts and unused uploads)
   */
  async function removePicture(actor: Actor, id: number, reason: string): Promise<void> {
    checkReason(reason);
    checkMay(roleAtFirst(actor), 'moderate');
    await database.transaction(async (tx) => {
      const row = await findMedia(tx, id);
      await checkMayRemove(tx, actor, row?.account_id);
      if (!row) throw noSuchPicture();
      if (row.post_id === null) return removeAvatar(tx, { actor, row, reason });
      const post = await lockPublished(tx, row.post_id);
      if (!post) throw noSuchPicture();
      await removeFrom(tx, needs, { actor, post, row, reason });
    });
  }

  /** A new picture that waits to take the place of this one goes, too. */
  async function removeAvatar(tx: Tx, { actor, row, reason }: Removal): Promise<void> {
    const account = await findAccount(tx, row.account_id);
    if (account?.avatar_media_id !== row.id) throw noSuchPicture();
    await media.clearAvatar(tx, account.id);
    await noteRemoved(tx, needs, { actor, row, reason });
  }

  return { removePicture };
}

async function removeFrom(
  tx: Tx,
  { now, media, audit, posts }: Needs,
  { actor, post, row, reason }: Removal & { post: PostRow },
): Promise<void> {
  const others = (await listMedia(tx, { postId: post.id })).filter(({ id }) => id !== row.id);
  const hasMedia = others.length > 0;
  if (!hasMedia && isBlank(post.text)) return posts.removeWhole(tx, { actor, post, reason });
  if ((await media.discard(tx, [row])) === 0) throw new StaleRead();
  const values = { has_media: hasMedia ? 1 : 0, updated_at: now().toISOString() } as const;
  if (!(await updatePost(tx, post.id, ['published'], values))) throw new StaleRead();
  await emit(tx, now(), 'post.changed', { postId: post.id });
  await noteRemoved(tx, { now, audit }, { actor, row, reason });
}

async function noteRemoved(
  tx: Tx,
  { now, audit }: Pick<Needs, 'now' | 'audit'>,
  { actor, row, reason }: Removal,
): Promise<void> {
  const { id: mediaId, post_id: postId, account_id: accountId } = row;
  const details = { mediaId, postId, reason };
  await audit.record(tx, { action: 'picture.removed', accountId, ...by(actor), details });
  await emit(tx, now(), 'content.removed', {
    accountId,
    what: 'picture',
    excerpt: row.alt,
    reason,
  });
}

function noSuchPicture(): DomainError {
  return new DomainError('not_found', 'There is no such picture.');
}
