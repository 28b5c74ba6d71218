import type { PostRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import type { MediaView } from '../media/media.ts';
import type { Rule } from '../pipeline.ts';
import type { RelationTo } from '../visibility/relation-store.ts';
import {
  activeAuthor,
  canSee,
  factsOf,
  type Place,
  type PostViewer,
  type Relation,
} from '../visibility/visibility.ts';

/** An entry of a list of posts, before anything of the post is loaded. */
export type PostEntry = {
  postId: number;
  /** Who put it into the list: its author. */
  byId: number;
  /** What the list was read with, where that saves a query; then nothing of it is loaded again. */
  content?: PostContent;
};

/** A post and the card of its author; null for one who is disabled or closed. */
export type PostContent = { post: PostRow; author: AccountCard | null };

/** What was loaded for some entries. */
export type HydratedPosts = {
  posts: ReadonlyMap<number, PostRow>;
  /** Cards of authors by their id; those who are disabled or closed have none. */
  authors: ReadonlyMap<number, AccountCard>;
  /** How the viewer is related to the authors. */
  relations: RelationTo;
  /** Pictures and documents by post; null while no rule needs them. */
  files: ReadonlyMap<number, readonly MediaView[]> | null;
};

export type PostRule = Rule<PostEntry, HydratedPosts>;

/** The rule of every list of posts: the viewer may see them in this place. */
export function shownTo(viewer: PostViewer, place: Place): PostRule {
  return ({ postId }, { posts, authors, relations }) => {
    const post = posts.get(postId);
    if (post === undefined || !authors.has(post.account_id)) return false;
    return isShown(post, { viewer, relation: relations(post.account_id), place });
  };
}

/** Whether the viewer may see a post in a place while its author is active. */
export function isShown(
  post: PostRow,
  { viewer, relation, place }: { viewer: PostViewer; relation: Relation; place: Place },
): boolean {
  return canSee(viewer, factsOf(post), activeAuthor(post.account_id), relation, place);
}

/** Posts that have a text, or else no picture. */
export const hasText: PostRule = ({ postId }, { posts }) => {
  const post = posts.get(postId);
  return post !== undefined && (post.text !== '' || post.has_media === 0);
};

/** Posts with a picture; a file that is no picture does not count. */
export const hasPicture: PostRule = ({ postId }, { files }) =>
  files?.get(postId)?.some((file) => !file.isDocument) ?? false;

/** Posts with a picture or a document. */
export const hasFile: PostRule = ({ postId }, { files }) => (files?.get(postId)?.length ?? 0) > 0;

/** The rule that all of these rules must let pass. */
export function every(...rules: readonly PostRule[]): PostRule {
  return (entry, state) => rules.every((rule) => rule(entry, state));
}
