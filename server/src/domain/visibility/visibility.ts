import type { AccountRow, MediaRow, PostRow } from '../../db/schema.ts';

/** The audience that the author chose for a post. */
export type Visibility = 'public' | 'unlisted' | 'followers' | 'direct';

/** What the rule needs to know about a post. */
export type PostFacts = {
  state: 'draft' | 'scheduled' | 'published' | 'deleted';
  visibility: Visibility;
};

/** Whether an account is in use. The content of a closed account is removed in the background. */
export type Standing = 'active' | 'disabled' | 'closed';

/** What the rule needs to know about an author. */
export type AuthorFacts = { id: number; standing: Standing };

/** How the viewer is related to the author and to the post. */
export type Relation = {
  /** The viewer follows the author. */
  follows: boolean;
  /** The author follows the viewer. */
  followedBy: boolean;
  /** The viewer has blocked the author. */
  blocks: boolean;
  /** The author has blocked the viewer. */
  blockedBy: boolean;
  /** The post mentions the viewer. */
  mentioned: boolean;
};

/** The relation of an anonymous viewer, and of two people who have nothing to do with each other. */
export const noRelation: Relation = {
  follows: false,
  followedBy: false,
  blocks: false,
  blockedBy: false,
  mentioned: false,
};

/**
 * Where a post is shown. `link`: its own address, its pictures and its likes. `list`: a timeline, a profile, a thread or a
 * notification. `discovery`: lists with posts of everybody, such as explore, tags and search.
 */
export type Place = 'link' | 'list' | 'discovery';

/** Null means that nobody is signed in. */
export type PostViewer = { accountId: number } | null;

/**
 * Whether the viewer may see a post in a place. Every read of posts uses this function or the predicates of
 * `visibility-store.ts` (docs/decisions/0032-visibility-in-one-place.md).
 */
export function canSee(
  viewer: PostViewer,
  post: PostFacts,
  author: AuthorFacts,
  relation: Relation,
  place: Place = 'link',
): boolean {
  if (author.standing !== 'active' || post.state === 'deleted') return false;
  const isOwn = viewer?.accountId === author.id;
  // Lists contain published posts only; authors read their drafts by link.
  if (post.state !== 'published') return isOwn && place === 'link';
  if (place === 'discovery' && post.visibility !== 'public') return false;
  if (isOwn) return true;
  const isOpen = post.visibility === 'public' || post.visibility === 'unlisted';
  if (viewer === null) return isOpen;
  if (relation.blockedBy) return false;
  if (relation.blocks) return isOpen && place === 'link';
  if (post.visibility === 'followers') return relation.follows;
  return isOpen || relation.mentioned;
}

/** Whether lists of people show the two to one another: neither has blocked the other. */
export function canMeet({ blocks, blockedBy }: Relation): boolean {
  return !blocks && !blockedBy;
}

/** What the rule needs to know about a picture or a file; `post` is null while it belongs to no post. */
export type MediaFacts = { purpose: MediaRow['purpose']; post: PostFacts | null };

/** Whether the viewer may see a picture in any size. Media follow their post; without a post only their owner sees them. */
export function canSeeMedia(
  viewer: PostViewer,
  { purpose, post }: MediaFacts,
  owner: AuthorFacts,
  relation: Relation,
): boolean {
  if (post !== null) return canSee(viewer, post, owner, relation);
  if (owner.standing !== 'active') return false;
  return purpose === 'avatar' || purpose === 'file' || viewer?.accountId === owner.id;
}

/** The columns that the rule reads. When one of them changes, what a cache holds of the row is out of date. */
export const decidingColumns = {
  accounts: ['disabled_at', 'deleted_at'],
  posts: ['state', 'feed_key'],
} as const;

export type StandingRow = Pick<AccountRow, (typeof decidingColumns.accounts)[number]>;

/** Whether an account is visible, may act and may sign in. */
export function isActive(row: StandingRow): boolean {
  return standingOf(row) === 'active';
}

/** Closed wins: an account that was disabled before it was closed cannot come back. */
export function standingOf({ disabled_at, deleted_at }: StandingRow): Standing {
  if (deleted_at !== null) return 'closed';
  return disabled_at === null ? 'active' : 'disabled';
}

/** The facts of a row of `posts`. Every post is public, because clients cannot choose anything else yet. */
export function factsOf({ state }: Pick<PostRow, 'state'>): PostFacts {
  return { state, visibility: 'public' };
}

/** The author with this id; null if there is no row, which only happens to closed accounts. */
export function authorOf(id: number, row: StandingRow | null): AuthorFacts {
  return { id, standing: row === null ? 'closed' : standingOf(row) };
}

/** An author known to be active, for example because `readAccountCards` returned a card. */
export function activeAuthor(id: number): AuthorFacts {
  return { id, standing: 'active' };
}
