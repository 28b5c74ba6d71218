import type { MediaRow } from '../../../src/db/schema.ts';
import {
  canMeet,
  canSee,
  canSeeMedia,
  noRelation,
  type Place,
  type PostFacts,
  type Relation,
} from '../../../src/domain/visibility/visibility.ts';
import type { TestServer } from '../../support/server.ts';
import type { Account } from './people.ts';

/** Who sends a request. Without an account they are not signed in. */
export type Reader = { name: string; account: Account | null };

export type Post = {
  name: string;
  author: Account;
  id: number;
  state: PostFacts['state'];
  text: string;
  has: 'picture' | 'document' | null;
  /** The post that it replies to. */
  replyTo: Post | null;
  /** The request that wrote it, to be repeated; null if it came through an older contract. */
  request: { key: string; body: object } | null;
};

export type Medium = {
  name: string;
  owner: Account;
  id: number;
  publicKey: string;
  purpose: MediaRow['purpose'];
  post: Post | null;
  /** URLs that were signed for its owner while no post showed it. */
  signed: string[];
  /** The idempotency key of the upload, to be repeated; null if it came through an older contract. */
  uploadKey: string | null;
};

export type World = {
  server: TestServer;
  /** The server's URL, for live events. */
  address: string;
  readers: Reader[];
  accounts: Account[];
  /** The accounts with posts. Their names say what happened to them, except for alice. */
  authors: Account[];
  posts: Post[];
  media: Medium[];
  follows: Array<[follower: Account, followee: Account]>;
  likes: Array<[liker: Account, post: Post]>;
  blocks: Array<[blocker: Account, blocked: Account]>;
};

export function isOwn({ author }: Post, { account }: Reader): boolean {
  return author === account;
}

export function isOthers(post: Post, reader: Reader): boolean {
  return !isOwn(post, reader);
}

/** Whether the rule lets the reader see a post. */
export function seesPost(world: World, { account }: Reader, post: Post, place: Place): boolean {
  const viewer = account && { accountId: account.id };
  const relation = relationTo(world, account, post.author);
  return canSee(viewer, { state: post.state, visibility: 'public' }, post.author, relation, place);
}

/** Whether the rule lets the reader see a picture or a file. */
export function seesMedium(world: World, { account }: Reader, medium: Medium): boolean {
  const { owner, purpose, post } = medium;
  const viewer = account && { accountId: account.id };
  const facts = post && ({ state: post.state, visibility: 'public' } as const);
  const sees = (who: typeof viewer, relation: Relation) =>
    canSeeMedia(who, { purpose, post: facts }, owner, relation);
  // The address of a picture that is for all works for everybody; a token takes nothing away.
  return sees(viewer, relationTo(world, account, owner)) || sees(null, noRelation);
}

/** Whether an account has a profile and is in lists. */
export function isShown({ standing }: Account): boolean {
  return standing === 'active';
}

/** Whether an account has a profile for the reader, and is in the directories of the contracts. */
export function seesAccount(world: World, { account }: Reader, other: Account): boolean {
  return isShown(other) && !relationTo(world, account, other).blockedBy;
}

/** Whether lists of people show an account to the reader. */
export function meets(world: World, { account }: Reader, other: Account): boolean {
  return isShown(other) && canMeet(relationTo(world, account, other));
}

function relationTo({ follows, blocks }: World, viewer: Account | null, author: Account): Relation {
  const has = (pairs: World['follows'], from: Account | null, to: Account | null) =>
    pairs.some(([one, other]) => one === from && other === to);
  return {
    ...noRelation,
    follows: has(follows, viewer, author),
    followedBy: has(follows, author, viewer),
    blocks: has(blocks, viewer, author),
    blockedBy: has(blocks, author, viewer),
  };
}
