import type { Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { PostRow } from '../../db/schema.ts';
import { addToAccountCount } from '../accounts/account-store.ts';
import { emit } from '../events.ts';
import { isDraft } from './post.ts';
import { updatePost } from './post-store.ts';
import { uncountReply } from './replying.ts';
import { deleteUploadName } from './upload-name-store.ts';

/** Takes a post that is locked out of every list and count. A job deletes its row, its pictures and what others did with it. */
export async function markDeleted(tx: Tx, post: PostRow, now: Date): Promise<void> {
  const values = { state: 'deleted', feed_key: null, updated_at: now.toISOString() } as const;
  if (!(await updatePost(tx, post.id, [post.state], values))) throw new StaleRead();
  if (!isDraft(post)) await uncount(tx, post);
  await deleteUploadName(tx, post.id);
  await emit(tx, now, 'post.deleted', { postId: post.id });
}

async function uncount(tx: Tx, post: PostRow): Promise<void> {
  if (post.reply_to_id !== null) await uncountReply(tx, post);
  else await addToAccountCount(tx, post.account_id, 'post_count', -1);
}
