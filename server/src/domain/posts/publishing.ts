import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { PostRow } from '../../db/schema.ts';
import { addToAccountCount } from '../accounts/account-store.ts';
import { countEvent, emit } from '../events.ts';
import { mentionsIn } from '../mentions.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { lockOwn } from './own-post.ts';
import { isDraft, type PostView } from './post.ts';
import { updatePost } from './post-store.ts';

type Needs = { database: Database; newKey: () => number; now: Now; read: ReadPost };

/** See `postReading`. */
export type ReadPost = (viewer: Viewer | null, id: number) => Promise<PostView>;

export type PostPublishing = ReturnType<typeof postPublishing>;

/** Publishes drafts, and moves published posts to the top. */
export function postPublishing({ database, newKey, now, read }: Needs) {
  /** Shows a draft to all; a post that is public already stays as it is. @throws DomainError `not_found` */
  async function publish(viewer: Viewer, id: number): Promise<PostView> {
    await database.transaction(async (tx) => {
      const post = await lockOwn(tx, viewer, id);
      if (isDraft(post)) await makePublic(tx, post);
    });
    return read(viewer, id);
  }

  /** Shows a draft to all, or moves a published post to where a new one would stand. @throws DomainError `not_found` · `forbidden` */
  async function publishAnew(viewer: Viewer, id: number): Promise<PostView> {
    await database.transaction(async (tx) => {
      const post = await lockOwn(tx, viewer, id);
      if (isDraft(post)) await makePublic(tx, post);
      else if (!(await updatePost(tx, id, ['published'], publication(post)))) throw new StaleRead();
    });
    return read(viewer, id);
  }

  /** Publishes a draft that is locked. */
  async function makePublic(tx: Tx, draft: PostRow): Promise<void> {
    if (!(await updatePost(tx, draft.id, ['draft'], publication(draft)))) throw new StaleRead();
    await notePublished(tx, draft);
  }

  /** What follows from publication: the author's count, and the event, where somebody is to be told. */
  async function notePublished(tx: Tx, post: PostRow): Promise<void> {
    await addToAccountCount(tx, post.account_id, 'post_count', 1);
    if (mentionsIn(post.text).length === 0) countEvent(tx, 'post.published');
    else await emit(tx, now(), 'post.published', { postId: post.id });
  }

  /** Under a key of its own each time: two processes may draw the same one, and then the transaction runs again. */
  function publication({
    status_key,
  }: PostRow): Pick<PostRow, 'state' | 'feed_key' | 'status_key' | 'published_at'> {
    const key = newKey();
    const published_at = now().toISOString();
    return { state: 'published', feed_key: key, status_key: status_key ?? key, published_at };
  }

  return { publish, publishAnew, publication, notePublished };
}
