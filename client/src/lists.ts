import type { Calls } from './calls.ts';
import type { AccountCard, Notification, Operations, Post } from './generated.ts';
import type { PagedId } from './operations.ts';

/** How a list is read: entries per request, which ones, and a signal that ends it. */
type ListOptions<Id extends PagedId> = NonNullable<Operations[Id]['query']> & {
  signal?: AbortSignal;
};

/** The lists that apps walk through most; `every` has all. */
export function lists({ every }: Calls) {
  return {
    /** Posts of one's own and of those whom one follows, newest first. */
    timeline: ({ signal, ...query }: ListOptions<'readTimeline'> = {}): AsyncGenerator<Post> =>
      every('readTimeline', { query, signal }),
    /** Posts of everybody, newest first. */
    explore: ({ signal, ...query }: ListOptions<'readExplore'> = {}): AsyncGenerator<Post> =>
      every('readExplore', { query, signal }),
    /** Posts of an account, newest first. */
    postsOf: (
      username: string,
      { signal, ...query }: ListOptions<'listPostsOfUser'> = {},
    ): AsyncGenerator<Post> => every('listPostsOfUser', { path: { username }, query, signal }),
    /** One's own drafts, newest first. */
    drafts: ({ signal, ...query }: ListOptions<'listDrafts'> = {}): AsyncGenerator<Post> =>
      every('listDrafts', { query, signal }),
    /** Who follows an account, the latest first. */
    followersOf: (
      username: string,
      { signal, ...query }: ListOptions<'listFollowers'> = {},
    ): AsyncGenerator<AccountCard> => every('listFollowers', { path: { username }, query, signal }),
    /** Whom an account follows, the latest first. */
    followingOf: (
      username: string,
      { signal, ...query }: ListOptions<'listFollowing'> = {},
    ): AsyncGenerator<AccountCard> => every('listFollowing', { path: { username }, query, signal }),
    /** What others did, the latest first. */
    notifications: ({
      signal,
      ...query
    }: ListOptions<'listNotifications'> = {}): AsyncGenerator<Notification> =>
      every('listNotifications', { query, signal }),
  };
}
