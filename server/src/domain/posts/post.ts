import type { PostRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import { DomainError, invalid } from '../errors.ts';
import type { MediaView } from '../media/media.ts';
import { isBlank, lengthOf } from '../text.ts';
import { activeAuthor, canSee, factsOf, noRelation } from '../visibility/visibility.ts';

/** A post as it is shown to somebody. */
export type PostView = {
  id: number;
  state: 'draft' | 'published';
  text: string;
  author: Readonly<AccountCard>;
  /** Pictures. */
  media: readonly MediaView[];
  /** Files that are no pictures, of an older contract; there is at most one. */
  documents: readonly MediaView[];
  /** The post that it answers; null when it answers none. That post may be gone. */
  replyToId: number | null;
  /** The post that began the conversation; null for a post that answers none. */
  rootId: number | null;
  /** Of direct replies. */
  replyCount: number;
  likeCount: number;
  likedByMe: boolean;
  createdAt: string;
  updatedAt: string;
  publishedAt: string | null;
  /** Place in every feed; null for a draft. */
  feedKey: number | null;
};

/** Whether everybody may see a post and its pictures; others are shown to some, by signed addresses. */
export function isForAll({ state, author }: Pick<PostView, 'state' | 'author'>): boolean {
  return canSee(null, factsOf({ state }), activeAuthor(author.id), noRelation);
}

/** Whether a post is still to be published, and so may change in any way. */
export function isDraft({ state }: Pick<PostRow, 'state'>): boolean {
  return state === 'draft';
}

/** Whether a post was published and is not deleted. */
export function isPublished({ state }: Pick<PostRow, 'state'>): boolean {
  return state === 'published';
}

export const maxTextLength = 5000;
export const maxMediaPerPost = 10;

/** @throws DomainError `invalid` (text) */
export function checkText(text: string): void {
  if (lengthOf(text) > maxTextLength) {
    throw invalid('text', `must have at most ${maxTextLength} characters`);
  }
}

/** @throws DomainError `invalid` (mediaIds) */
export function checkMediaIds(mediaIds: readonly number[]): void {
  if (mediaIds.length > maxMediaPerPost) {
    throw invalid('mediaIds', `must name at most ${maxMediaPerPost} pictures`);
  }
  if (new Set(mediaIds).size < mediaIds.length) {
    throw invalid('mediaIds', 'must not name a picture twice');
  }
}

/** @throws DomainError `invalid` (text) when there is nothing to publish */
export function checkHasContent({ text, hasMedia }: { text: string; hasMedia: boolean }): void {
  if (isBlank(text) && !hasMedia) throw invalid('text', 'must not be empty without a picture');
}

export function noSuchPost(): DomainError {
  return new DomainError('not_found', 'There is no such post.');
}
