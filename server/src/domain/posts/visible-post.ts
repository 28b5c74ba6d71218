import type { Tx } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import { accountEnded } from '../accounts/account.ts';
import { readAccountCards } from '../accounts/account-card-store.ts';
import type { Viewer } from '../viewer.ts';
import { readRelations } from '../visibility/relation-store.ts';
import { activeAuthor, canSee, factsOf, type Relation } from '../visibility/visibility.ts';
import { findPost } from './post-store.ts';

/** A post, and how the viewer is related to its author. */
export type VisiblePost = { post: PostRow; relation: Relation };

/**
 * A post that the viewer may see by link, for the transaction of something that the viewer does with it; null if there is none.
 * @throws DomainError `revoked_token`: the viewer's account was closed or disabled since the token was checked
 */
export async function findVisiblePost(
  tx: Tx,
  viewer: Viewer,
  id: number,
): Promise<VisiblePost | null> {
  const post = await findPost(tx, id);
  if (!post) return null;
  const people = await readAccountCards(tx, [post.account_id, viewer.accountId]);
  if (!people.has(viewer.accountId)) throw accountEnded();
  const author = activeAuthor(post.account_id);
  const relation = (await readRelations(tx, viewer.accountId, [author.id]))(author.id);
  const isSeen = people.has(author.id) && canSee(viewer, factsOf(post), author, relation);
  return isSeen ? { post, relation } : null;
}
