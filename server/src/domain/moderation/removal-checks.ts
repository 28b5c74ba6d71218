import type { Tx } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import { type Actor, checkMay, checkMayTouch, idOf, roleOf } from '../authority.ts';
import { invalid } from '../errors.ts';
import { isPublished } from '../posts/post.ts';
import { findPost, lockPost } from '../posts/post-store.ts';
import { checkLine, lengthOf } from '../text.ts';

const maxReasonLength = 500;

/** A post that is published, locked until the transaction ends. */
export async function lockPublished(tx: Tx, id: number): Promise<PostRow | null> {
  const post = (await lockPost(tx, id)) ? await findPost(tx, id) : null;
  return post && isPublished(post) ? post : null;
}

/** Moderators may remove what users posted, admins what anybody did. @throws DomainError `forbidden` */
export async function checkMayRemove(
  tx: Tx,
  actor: Actor,
  authorId: number | undefined,
): Promise<void> {
  const role = await roleOf(tx, actor);
  checkMay(role, 'moderate');
  const id = idOf(actor);
  const author = authorId === undefined || authorId === id ? null : await findAccount(tx, authorId);
  if (author) checkMayTouch({ id, role }, author);
}

/** @param field its name in the request @throws DomainError `invalid` (of that field) */
export function checkReason(reason: string, field = 'reason'): void {
  checkLine(field, reason);
  if (lengthOf(reason) > maxReasonLength) {
    throw invalid(field, `must have at most ${maxReasonLength} characters`);
  }
}
