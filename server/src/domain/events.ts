import type { Tx } from '../db/database.ts';
import { appendToOutbox } from '../db/outbox.ts';

/** What happened, by topic, with what a subscriber needs to know of it. */
export type Events = {
  'media.uploaded': { mediaId: number };
  /** The rows are gone or marked; these blobs are not needed any more. */
  'media.deleted': { blobKeys: string[] };
  /** For all to see now, or with another text. */
  'post.published': { postId: number };
  'post.deleted': { postId: number };
  'post.liked': { postId: number; accountId: number };
  'post.unliked': { postId: number; accountId: number };
  'account.followed': { followerId: number; followeeId: number };
  'account.unfollowed': { followerId: number; followeeId: number };
  'account.deleted': { accountId: number };
  /** How somebody gets into the account was changed; its owner is told. */
  'account.changed': { accountId: number; what: AccountChange };
  /** A secret waits to be sent to somebody. */
  'verification.issued': { verificationId: number };
  /** The devices of an account are to show this. */
  'push.wanted': {
    accountId: number;
    kind: string;
    title: string;
    body: string;
    data: Record<string, string>;
  };
};

export type AccountChange = 'password' | 'email' | 'phone' | 'identity' | 'second-factor';

export type Topic = keyof Events;

/** Writes an event in the transaction that caused it: both are kept, or neither. */
export function emit<T extends Topic>(
  tx: Tx,
  now: Date,
  topic: T,
  payload: Events[T],
): Promise<void> {
  const at = now.toISOString();
  return appendToOutbox(tx, { topic, payload, dueAt: at, createdAt: at });
}
