import type { Tx } from '../db/database.ts';
import type { AccountPurge } from '../domain/accounts/account-purge.ts';
import type { PushService } from '../domain/devices/push-service.ts';
import type { Events, Topic } from '../domain/events.ts';
import type { MediaService } from '../domain/media/media-service.ts';
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
  pushes: Pick<PushService, 'spread' | 'deliver'>;
};

/** What follows from what. */
export function subscriptions({ media, posts, purgeAccount, pushes }: Needs): Subscriptions {
  return {
    'media.uploaded': [
      { name: 'make-variants', run: ({ mediaId }, write) => media.makeVariants(mediaId, write) },
    ],
    'media.deleted': [{ name: 'delete-blobs', run: ({ blobKeys }) => media.deleteBlobs(blobKeys) }],
    'post.deleted': [{ name: 'purge-post', run: ({ postId }) => posts.purge(postId) }],
    'account.deleted': [{ name: 'purge-account', run: ({ accountId }) => purgeAccount(accountId) }],
    'account.changed': [],
    'verification.issued': [],
    'push.wanted': [{ name: 'spread-push', run: pushes.spread }],
    'push.due': [{ name: 'deliver-push', run: pushes.deliver }],
  };
}
