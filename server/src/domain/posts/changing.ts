import type { Database } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import { DomainError } from '../errors.ts';
import { countEvent, emit } from '../events.ts';
import { detachMedia } from '../media/media-store.ts';
import { mentionsIn } from '../mentions.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { attachAll } from './attaching.ts';
import { markDeleted } from './deleting.ts';
import { lockOwn } from './own-post.ts';
import { checkHasContent, checkMediaIds, checkText, isDraft, type PostView } from './post.ts';
import { updatePost } from './post-store.ts';
import type { ReadPost } from './publishing.ts';

type Needs = { database: Database; now: Now; read: ReadPost };

export type PostChange = {
  text?: string;
  /** Replaces all pictures of a draft; those of a published post stay. */
  mediaIds?: readonly number[];
};

/** Changes posts, and deletes them. */
export function postChanging({ database, now, read }: Needs) {
  /** Changes a post of the viewer's. @throws DomainError `not_found` · `invalid` · `conflict` */
  async function update(viewer: Viewer, id: number, change: PostChange): Promise<PostView> {
    if (change.text !== undefined) checkText(change.text);
    if (change.mediaIds !== undefined) checkMediaIds(change.mediaIds);
    await database.transaction(async (tx) => {
      const post = await lockOwn(tx, viewer, id);
      const text = change.text ?? post.text;
      const hasMedia = change.mediaIds ? change.mediaIds.length > 0 : post.has_media === 1;
      checkHasContent({ text, hasMedia });
      if (change.mediaIds) {
        if (!isDraft(post)) {
          throw new DomainError('conflict', 'The pictures of a published post cannot be changed.', {
            fields: [{ field: 'mediaIds', message: 'can be changed only while it is a draft' }],
          });
        }
        await detachMedia(tx, id);
        await attachAll(tx, post, change.mediaIds);
      }
      const values = {
        text,
        has_media: hasMedia ? 1 : 0,
        updated_at: now().toISOString(),
      } as const;
      if (!(await updatePost(tx, id, [post.state], values))) throw new StaleRead();
      if (!isDraft(post) && text !== post.text) {
        // Of a text that calls nobody and did not, nobody was told, and nobody is to be.
        if (mentionsIn(`${post.text}\n${text}`).length === 0) countEvent(tx, 'post.changed');
        else await emit(tx, now(), 'post.changed', { postId: id });
      }
    });
    return read(viewer, id);
  }

  /** Deletes a post of the viewer's: it is gone everywhere at once, its pictures' files a little later. @throws DomainError `not_found` */
  async function remove(viewer: Viewer, id: number): Promise<void> {
    await database.transaction(async (tx) => {
      await markDeleted(tx, await lockOwn(tx, viewer, id), now());
    });
  }

  return { update, remove };
}
