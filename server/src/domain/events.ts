import type { Tx } from '../db/database.ts';
import { appendToOutbox } from '../db/outbox.ts';

/** What happened, by topic, with what a subscriber needs to know of it. */
export type Events = {
  'media.uploaded': { mediaId: number };
  /** The rows are gone or marked; these blobs are not needed any more. */
  'media.deleted': { blobKeys: string[] };
  'post.deleted': { postId: number };
  'account.deleted': { accountId: number };
  /** How somebody gets into the account was changed; its owner is told. */
  'account.changed': {
    accountId: number;
    what: AccountChange;
    /** The e-mail that was replaced: whoever reads mail there is told, too. */
    formerEmail?: string;
  };
  /** Somebody has lost a password. Whether anybody has this e-mail is found out later, so that no answer tells it. */
  'recovery.asked': { email: string; address: string };
  /** A secret waits to be sent to somebody. */
  'verification.issued': { verificationId: number };
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
