import type { Database } from '../../db/database.ts';
import { deleteLike, listLikes } from '../likes/like-store.ts';
import type { MediaService } from '../media/media-service.ts';
import { listMedia } from '../media/media-store.ts';
import { deleteNotificationsAbout } from '../notifications/notification-store.ts';
import { deletePost } from '../posts/post-store.ts';
import { deleteUploadName } from '../posts/upload-name-store.ts';

type Needs = { database: Database; media: Pick<MediaService, 'discard'> };

export type PostPurge = (postId: number) => Promise<void>;

/** Deletes what belongs to a deleted post, in batches, and its row last. A repeat goes on where the last run stopped. */
export function postPurge({ database, media }: Needs): PostPurge {
  return async (postId) => {
    for (;;) {
      const isDone = await database.transaction(async (tx) => {
        const likes = await listLikes(tx, { target: postId }, { limit: 200, before: null });
        for (const like of likes) await deleteLike(tx, postId, like.account_id);
        if (likes.length > 0) return false;
        await media.discard(tx, await listMedia(tx, { postId }));
        await deleteNotificationsAbout(tx, postId);
        await deleteUploadName(tx, postId);
        await deletePost(tx, postId);
        return true;
      });
      if (isDone) return;
    }
  };
}
