import type { Tx } from '../db/database.ts';
import type { AccountPurge } from '../domain/accounts/account-purge.ts';
import type { Events, Topic } from '../domain/events.ts';
import type { MediaService } from '../domain/media/media-service.ts';
import type { Notifier } from '../domain/notifications/notifier.ts';
import type { PostService } from '../domain/posts/post-service.ts';

/** Writes the result of a job together with the note that it is done; a second delivery ends there. */
export type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

export type Subscriber<T extends Topic> = {
  /** Stays for ever: rows in the database name it. */
  name: string;
  run(payload: Events[T], write: WriteOnce): Promise<void>;
};

export type Subscriptions = { [T in Topic]: ReadonlyArray<Subscriber<T>> };

export type Needs = {
  media: Pick<MediaService, 'makeVariants' | 'deleteBlobs'>;
  posts: Pick<PostService, 'purge'>;
  purgeAccount: AccountPurge;
  notifier: Notifier;
};

/** What follows from what. */
export function subscriptions({ media, posts, purgeAccount, notifier }: Needs): Subscriptions {
  return {
    'media.uploaded': [
      { name: 'make-variants', run: ({ mediaId }, write) => media.makeVariants(mediaId, write) },
    ],
    'media.deleted': [{ name: 'delete-blobs', run: ({ blobKeys }) => media.deleteBlobs(blobKeys) }],
    'post.published': [{ name: 'notify', run: (post, write) => notifier.postChanged(post, write) }],
    'post.liked': [
      {
        name: 'notify',
        run: ({ postId, accountId: newcomer }, write) =>
          notifier.likesChanged({ postId, newcomer }, write),
      },
    ],
    'post.unliked': [
      {
        name: 'notify',
        run: ({ postId }, write) => notifier.likesChanged({ postId, newcomer: null }, write),
      },
    ],
    'account.followed': [
      { name: 'notify', run: (follow, write) => notifier.followChanged(follow, write) },
    ],
    'account.unfollowed': [
      { name: 'notify', run: (follow, write) => notifier.followChanged(follow, write) },
    ],
    'push.wanted': [],
    'post.deleted': [{ name: 'purge-post', run: ({ postId }) => posts.purge(postId) }],
    'account.deleted': [{ name: 'purge-account', run: ({ accountId }) => purgeAccount(accountId) }],
    'account.changed': [],
    'verification.issued': [],
  };
}
