import type { Tx } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import { invalid } from '../errors.ts';
import { attachMedia } from '../media/media-store.ts';

/** Shows pictures with a post, in this order. @throws DomainError `invalid` (mediaIds.0, …) */
export async function attachAll(tx: Tx, post: PostRow, mediaIds: readonly number[]): Promise<void> {
  for (const [position, id] of mediaIds.entries()) {
    const spot = { id, accountId: post.account_id, postId: post.id, position };
    if (!(await attachMedia(tx, spot))) {
      throw invalid(`mediaIds.${position}`, 'is not an unused picture of yours');
    }
  }
}
