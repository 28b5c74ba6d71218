import type { Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { PostRow } from '../../db/schema.ts';
import { lockAccount } from '../accounts/account-store.ts';
import { DomainError, invalid } from '../errors.ts';
import type { Viewer } from '../viewer.ts';
import { checkNotBlocking } from '../visibility/blocking.ts';
import { isDraft } from './post.ts';
import { addToReplyCount } from './post-store.ts';
import { noThread, type ThreadPlace } from './thread-place.ts';
import { findVisiblePost } from './visible-post.ts';

/**
 * The place of a new post: below the post that it answers, in the same thread.
 * @throws DomainError `invalid` (replyToId): the viewer may not see such a post, or it is a draft · `conflict`: the viewer has
 * blocked its author
 */
export async function placeInThread(
  tx: Tx,
  viewer: Viewer,
  replyToId: number | null,
): Promise<ThreadPlace> {
  if (replyToId === null) return noThread;
  const found = await findVisiblePost(tx, viewer, replyToId);
  if (!found) throw invalid('replyToId', 'is not the number of a post that you can see');
  checkNotBlocking(found.relation);
  const answered = found.post;
  if (isDraft(answered)) throw invalid('replyToId', 'is a draft; publish it first');
  return { reply_to_id: answered.id, root_id: answered.root_id ?? answered.id };
}

/**
 * Before a draft is published that answers a post. Locks the viewer's account: one that is being disabled has its replies hidden
 * after this one is written, or this one is refused.
 * @throws DomainError `conflict`: the post that it answers is gone · `revoked_token`
 */
export async function checkStillAnswers(
  tx: Tx,
  { viewer, draft, at }: { viewer: Viewer; draft: PostRow; at: string },
): Promise<void> {
  if (draft.reply_to_id === null) return;
  await lockAccount(tx, viewer.accountId, at);
  const found = await findVisiblePost(tx, viewer, draft.reply_to_id);
  if (!found) throw new DomainError('conflict', 'The post that this draft replies to is gone.');
  checkNotBlocking(found.relation);
}

/** Counts a reply that is published in this transaction. @throws StaleRead: the post that it answers has just been deleted */
export async function countReply(tx: Tx, { reply_to_id }: ThreadPlace): Promise<void> {
  if (reply_to_id === null) return;
  if (!(await addToReplyCount(tx, reply_to_id, 1))) throw new StaleRead();
}

/** Takes back what `countReply` has counted, of a published post that goes out of sight. */
export async function uncountReply(
  tx: Tx,
  { reply_to_id, hidden_key }: Pick<PostRow, 'reply_to_id' | 'hidden_key'>,
): Promise<void> {
  // While its author is disabled, it is not counted.
  if (reply_to_id !== null && hidden_key === null) await addToReplyCount(tx, reply_to_id, -1);
}
