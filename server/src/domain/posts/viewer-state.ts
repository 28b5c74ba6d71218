import type { PostRow } from '../../db/schema.ts';
import type { Found, TargetsAmong } from '../edges/edge-memory.ts';
import type { Viewer } from '../viewer.ts';

/** Something that may be so between a viewer and a post, such as that the viewer likes it. */
export type ViewerState = {
  /** Of these posts, those for which it is so. */
  read: TargetsAmong;
  /** Whether it can be so at all; other posts are not looked up. */
  isPossible: (post: PostRow) => boolean;
};

/** The states that every view of a post shows, by the name of the field. */
export type ViewerStates = Readonly<Record<'likedByMe', ViewerState>>;

/** For each state the ids of the posts for which it is so. */
export type StatesOfPosts = Readonly<Record<keyof ViewerStates, Found>>;

/** Reads all states of some posts, at the same time. For somebody who is not signed in, nothing is so. */
export async function readViewerStates(
  states: ViewerStates,
  viewer: Pick<Viewer, 'accountId'> | null,
  posts: readonly PostRow[],
): Promise<StatesOfPosts> {
  const names = Object.keys(states) as Array<keyof ViewerStates>;
  const sets = await Promise.all(names.map((name) => readState(states[name], viewer, posts)));
  return Object.fromEntries(names.map((name, i) => [name, sets[i]])) as StatesOfPosts;
}

const none: Found = new Set();

async function readState(
  { read, isPossible }: ViewerState,
  viewer: Pick<Viewer, 'accountId'> | null,
  posts: readonly PostRow[],
): Promise<Found> {
  if (!viewer) return none;
  const ids = posts.filter(isPossible).map((post) => post.id);
  return ids.length === 0 ? none : read(viewer.accountId, ids);
}
