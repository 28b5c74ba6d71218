import type { Tx } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { findAccount } from '../accounts/account-store.ts';
import { DomainError } from '../errors.ts';
import type { Viewer } from '../viewer.ts';
import { readRelations } from '../visibility/relation-store.ts';
import { authorOf, canSee, factsOf } from '../visibility/visibility.ts';
import { noSuchPost } from './post.ts';
import { findPost, lockPost } from './post-store.ts';

/** A post of the viewer's, locked until the transaction ends. @throws DomainError `not_found` · `forbidden` */
export async function lockOwn(tx: Tx, viewer: Viewer, id: number): Promise<PostRow> {
  await checkLives(tx, viewer.accountId);
  const post = (await lockPost(tx, id)) ? await findPost(tx, id) : null;
  if (!post) throw noSuchPost();
  if (post.account_id === viewer.accountId) return post;
  const author = authorOf(post.account_id, await findAccount(tx, post.account_id));
  const relation = (await readRelations(tx, viewer.accountId, [author.id]))(author.id);
  if (!canSee(viewer, factsOf(post), author, relation)) throw noSuchPost();
  throw new DomainError('forbidden', 'This post belongs to another account.');
}
