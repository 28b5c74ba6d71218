import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { MediaRow, PostRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import {
  type Actor,
  by,
  checkMay,
  checkMayTouch,
  idOf,
  roleAtFirst,
  roleOf,
} from '../authority.ts';
import { DomainError, invalid } from '../errors.ts';
import { emit } from '../events.ts';
import type { MediaService } from '../media/media-service.ts';
import { findMedia, listMedia } from '../media/media-store.ts';
import type { Now } from '../ports.ts';
import { markDeleted } from '../posts/deleting.ts';
import { noSuchPost } from '../posts/post.ts';
import { findPost, lockPost, updatePost } from '../posts/post-store.ts';
import { checkLine, isBlank, lengthOf } from '../text.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  media: Pick<MediaService, 'discard' | 'clearAvatar'>;
};

/** Removes what others posted: at once, everywhere, and without a way back. The author is told why. */
export type ModerationService = {
  /**
   * Removes a published post.
   * @throws DomainError `invalid` (reason) · `forbidden` · `not_found` (also for drafts)
   */
  removePost(actor: Actor, id: number, reason: string): Promise<void>;
  /**
   * Removes a picture of a published post, or a profile picture. A post that has nothing else goes with it.
   * @throws DomainError `invalid` (reason) · `forbidden` · `not_found` (also for pictures of drafts and unused uploads)
   */
  removePicture(actor: Actor, id: number, reason: string): Promise<void>;
};

const maxReasonLength = 500;
/** So much of the text goes to its author with the reason. */
const maxExcerptLength = 200;

export function moderationService({ database, now, audit, media }: Needs): ModerationService {
  async function removePost(actor: Actor, id: number, reason: string): Promise<void> {
    checkReason(reason);
    checkMay(roleAtFirst(actor), 'moderate');
    await database.transaction(async (tx) => {
      const post = await lockPublished(tx, id);
      await checkMayRemove(tx, actor, post?.account_id);
      if (!post) throw noSuchPost();
      await removeWhole(tx, { actor, post, reason });
    });
  }

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
      await removeFrom(tx, { actor, post, row, reason });
    });
  }

  async function removeWhole(
    tx: Tx,
    { actor, post, reason }: { actor: Actor; post: PostRow; reason: string },
  ): Promise<void> {
    const { id: postId, account_id: accountId, text } = post;
    await markDeleted(tx, post, now());
    const details = { postId, reason };
    await audit.record(tx, { action: 'post.removed', accountId, ...by(actor), details });
    const excerpt = Array.from(text).slice(0, maxExcerptLength).join('');
    await emit(tx, now(), 'content.removed', { accountId, what: 'post', excerpt, reason });
  }

  async function removeFrom(
    tx: Tx,
    { actor, post, row, reason }: { actor: Actor; post: PostRow; row: MediaRow; reason: string },
  ): Promise<void> {
    const others = (await listMedia(tx, { postId: post.id })).filter(({ id }) => id !== row.id);
    const hasMedia = others.length > 0;
    if (!hasMedia && isBlank(post.text)) return removeWhole(tx, { actor, post, reason });
    if ((await media.discard(tx, [row])) === 0) throw new StaleRead();
    const values = { has_media: hasMedia ? 1 : 0, updated_at: now().toISOString() } as const;
    if (!(await updatePost(tx, post.id, ['published'], values))) throw new StaleRead();
    await emit(tx, now(), 'post.changed', { postId: post.id });
    await noteRemoved(tx, { actor, row, reason });
  }

  async function removeAvatar(
    tx: Tx,
    { actor, row, reason }: { actor: Actor; row: MediaRow; reason: string },
  ): Promise<void> {
    const account = await findAccount(tx, row.account_id);
    if (account?.avatar_media_id !== row.id) throw noSuchPicture();
    await media.clearAvatar(tx, account.id);
    await noteRemoved(tx, { actor, row, reason });
  }

  async function noteRemoved(
    tx: Tx,
    { actor, row, reason }: { actor: Actor; row: MediaRow; reason: string },
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

  return { removePost, removePicture };
}

/** A post that is published, locked until the transaction ends. */
async function lockPublished(tx: Tx, id: number): Promise<PostRow | null> {
  const post = (await lockPost(tx, id)) ? await findPost(tx, id) : null;
  return post?.state === 'published' ? post : null;
}

/** Moderators may remove what users posted, admins what anybody did. @throws DomainError `forbidden` */
async function checkMayRemove(tx: Tx, actor: Actor, authorId: number | undefined): Promise<void> {
  const role = await roleOf(tx, actor);
  checkMay(role, 'moderate');
  const id = idOf(actor);
  const author = authorId === undefined || authorId === id ? null : await findAccount(tx, authorId);
  if (author) checkMayTouch({ id, role }, author);
}

function checkReason(reason: string): void {
  checkLine('reason', reason);
  if (lengthOf(reason) > maxReasonLength) {
    throw invalid('reason', `must have at most ${maxReasonLength} characters`);
  }
}

function noSuchPicture(): DomainError {
  return new DomainError('not_found', 'There is no such picture.');
}
