import type { AccountRow, MediaRow, PostRow } from '../../db/schema.ts';

/** Whom the author of a published post shows it to. */
export type Visibility = 'public' | 'unlisted' | 'followers' | 'direct';

/** What decides about a post. */
export type PostFacts = {
  state: 'draft' | 'scheduled' | 'published' | 'deleted';
  visibility: Visibility;
};

/** Whether an account is in use. A closed one has its content removed in the background. */
export type Standing = 'active' | 'disabled' | 'closed';

/** What decides about an author. */
export type AuthorFacts = { id: number; standing: Standing };

/** How the viewer stands to the author and to the post. */
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

/** Of an anonymous viewer, and of people who have nothing to do with each other. */
export const noRelation: Relation = {
  follows: false,
  followedBy: false,
  blocks: false,
  blockedBy: false,
  mentioned: false,
};

/**
 * Where a post is shown: `link` is its own address, and what hangs on it (pictures, likes); `list` is a timeline, a profile, a
 * thread or a notification; `discovery` is what shows posts of everybody, such as explore, tags and search.
 */
export type Place = 'link' | 'list' | 'discovery';

/** Null is somebody who is not signed in. */
export type PostViewer = { accountId: number } | null;

/** Whether somebody may see a post in a place. Every read of a post asks this function, or the predicates of `visibility-store.ts`. */
export function canSee(
  viewer: PostViewer,
  post: PostFacts,
  author: AuthorFacts,
  relation: Relation,
  place: Place = 'link',
): boolean {
  if (author.standing !== 'active' || post.state === 'deleted') return false;
  const isOwn = viewer?.accountId === author.id;
  // Lists hold published posts; drafts are read one by one, by whoever wrote them.
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

/** What decides about a picture or a file; `post` is null while none has it. */
export type MediaFacts = { purpose: MediaRow['purpose']; post: PostFacts | null };

/** Whether somebody may see a picture, in all of its sizes. Media follow their post; before that they are their owner's alone. */
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

/**
 * The columns that decide. What was remembered of a row is read again when one of them changes.
 */
export const decidingColumns = {
  accounts: ['disabled_at', 'deleted_at'],
  posts: ['state', 'feed_key'],
} as const;

export type StandingRow = Pick<AccountRow, (typeof decidingColumns.accounts)[number]>;

/** Whether an account may be seen, may act and may sign in. */
export function isActive(row: StandingRow): boolean {
  return standingOf(row) === 'active';
}

export function standingOf({ disabled_at, deleted_at }: StandingRow): Standing {
  if (deleted_at !== null) return 'closed';
  return disabled_at === null ? 'active' : 'disabled';
}

/** The facts of a row of `posts`. Every post is public: no client can choose anything else yet. */
export function factsOf({ state }: Pick<PostRow, 'state'>): PostFacts {
  return { state, visibility: 'public' };
}

/** An author whose row was looked for; a closed account may have none. */
export function authorOf(id: number, row: StandingRow | null): AuthorFacts {
  return { id, standing: row === null ? 'closed' : standingOf(row) };
}

/** An author whose card was read: those who are disabled or closed have none. */
export function activeAuthor(id: number): AuthorFacts {
  return { id, standing: 'active' };
}
