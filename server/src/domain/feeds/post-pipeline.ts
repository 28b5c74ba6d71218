import type { Pipeline } from '../pipeline.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { every, type HydratedPosts, type PostRule, shownTo } from '../posts/post-rules.ts';
import type { Viewer } from '../viewer.ts';
import type { Place } from '../visibility/visibility.ts';
import type { FeedEntry } from './feed-store.ts';

/** A list of posts that a viewer reads. */
export type PostPipeline<V> = Pipeline<FeedEntry, HydratedPosts, V>;

/** What finds the entries of a list. */
export type Skeleton = PostPipeline<unknown>['skeleton'];

type Reading = {
  viewer: Viewer | null;
  place: Place;
  /** What a post must have besides being visible; it may look at files. */
  rule?: PostRule | null;
  /** Only the viewer and those whom the viewer follows are in the list. A block ends follows, so that none is looked for. */
  isOfFollowees?: boolean;
};

/** The pipeline of a list of posts. */
export function postPipeline(
  postReader: PostReader,
  skeleton: Skeleton,
  { viewer, place, rule, isOfFollowees = false }: Reading,
): PostPipeline<PostView> {
  const hydrate = rule ? postReader.hydrateWithFiles : postReader.hydrate;
  return {
    skeleton,
    keyOf,
    hydrate: (entries) => hydrate(entries, isOfFollowees ? null : viewer),
    rules: rule ? every(shownTo(viewer, place), rule) : shownTo(viewer, place),
    present: (entries, state) => postReader.present(entries, state, viewer),
  };
}

/** The key that orders an entry. */
export function keyOf(entry: FeedEntry): number {
  return entry.key;
}
