import type { Database, Tx } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst } from '../authority.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import { markDeleted } from '../posts/deleting.ts';
import { noSuchPost } from '../posts/post.ts';
import { checkMayRemove, checkReason, lockPublished } from './removal-checks.ts';

type Needs = { database: Database; now: Now; audit: AuditLog };

/** So much of the text goes to its author with the reason. */
const maxExcerptLength = 200;

/** Removes posts of others. */
export function postRemoval({ database, now, audit }: Needs) {
  /**
   * Removes a published post.
   * @throws DomainError `invalid` (reason) · `forbidden` · `not_found` (also for drafts)
   */
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

  /** The same of a post that is locked, once it is known that the actor may. */
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

  return { removePost, removeWhole };
}
