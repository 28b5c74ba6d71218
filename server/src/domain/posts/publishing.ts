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
import { checkStillAnswers, countReply } from './replying.ts';

type Needs = { database: Database; newKey: () => number; now: Now; read: ReadPost };

/** See `postReading`. */
export type ReadPost = (viewer: Viewer | null, id: number) => Promise<PostView>;

export type PostPublishing = ReturnType<typeof postPublishing>;

/** Publishes drafts, and moves published posts to the top. */
export function postPublishing({ database, newKey, now, read }: Needs) {
  /** Shows a draft to all; a post that is public already stays as it is. @throws DomainError `not_found` · `conflict` */
  async function publish(viewer: Viewer, id: number): Promise<PostView> {
    await database.transaction(async (tx) => {
      const post = await lockOwn(tx, viewer, id);
      if (isDraft(post)) await makePublic(tx, viewer, post);
    });
    return read(viewer, id);
  }

  /** Shows a draft to all, or moves a published post to where a new one would stand. @throws DomainError `not_found` · `forbidden` · `conflict` */
  async function publishAnew(viewer: Viewer, id: number): Promise<PostView> {
    await database.transaction(async (tx) => {
      const post = await lockOwn(tx, viewer, id);
      if (isDraft(post)) await makePublic(tx, viewer, post);
      else if (!(await updatePost(tx, id, ['published'], publication(post)))) throw new StaleRead();
    });
    return read(viewer, id);
  }

  /** Publishes a draft that is locked. */
  async function makePublic(tx: Tx, viewer: Viewer, draft: PostRow): Promise<void> {
    await checkStillAnswers(tx, { viewer, draft, at: now().toISOString() });
    if (!(await updatePost(tx, draft.id, ['draft'], publication(draft)))) throw new StaleRead();
    await notePublished(tx, draft);
  }

  /** What follows from publication: a count, and the event, where somebody is to be told. */
  async function notePublished(tx: Tx, post: PostRow): Promise<void> {
    const isReply = post.reply_to_id !== null;
    if (isReply) await countReply(tx, post);
    else await addToAccountCount(tx, post.account_id, 'post_count', 1);
    if (!isReply && mentionsIn(post.text).length === 0) countEvent(tx, 'post.published');
    else await emit(tx, now(), 'post.published', { postId: post.id });
  }

  /**
   * Under a key of its own each time: two processes may draw the same one, and then the transaction runs again. Replies stand in
   * their thread and in no feed.
   */
  function publication({
    status_key,
    reply_to_id,
  }: PostRow): Pick<PostRow, 'state' | 'feed_key' | 'status_key' | 'published_at'> {
    const key = newKey();
    const published_at = now().toISOString();
    const feed_key = reply_to_id === null ? key : null;
    return { state: 'published', feed_key, status_key: status_key ?? key, published_at };
  }

  return { publish, publishAnew, publication, notePublished };
}
