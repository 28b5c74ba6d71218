import type { Tx } from '../db/database.ts';
import { noteFact } from '../db/facts.ts';
import { appendOnce, appendToOutbox } from '../db/outbox.ts';
import type { PushMessage } from './ports.ts';

/** What happened, by topic, with what a subscriber needs to know of it. */
export type Events = {
  'media.uploaded': { mediaId: number };
  /** The rows are gone or marked; these blobs are not needed any more. */
  'media.deleted': { blobKeys: string[] };
  /** For all to see now. Rows that an older version wrote may also tell of an edit. */
  'post.published': { postId: number };
  /** A published post has another text. */
  'post.changed': { postId: number };
  'post.deleted': { postId: number };
  /** Rows that an older version wrote do not tell the author. */
  'post.liked': { postId: number; accountId: number; authorId?: number };
  'post.unliked': { postId: number; accountId: number; authorId?: number };
  'account.followed': { followerId: number; followeeId: number };
  'account.unfollowed': { followerId: number; followeeId: number };
  /** Likes and notifications between the two go. */
  'account.blocked': { accountId: number; targetId: number };
  'account.deleted': { accountId: number };
  /** Disabled or enabled: what belongs to it goes out of sight or comes back. */
  'account.hidden': { accountId: number };
  /** How somebody gets into the account was changed; its owner is told. */
  'account.changed': {
    accountId: number;
    what: AccountChange;
    /** The e-mail that was replaced; it is notified too. */
    formerEmail?: string;
  };
  /** A moderator removed something; its author is told why. */
  'content.removed': RemovedContent & { accountId: number };
  /** Another e-mail is to be the account's once it is confirmed; the present one is told. */
  'email.change-asked': { accountId: number; email: string };
  /** Somebody has lost a password. Whether anybody has this e-mail is found out later, so that no answer tells it. */
  'recovery.asked': { email: string; address: string; lifeMs?: number };
  /** A secret waits to be sent to somebody. */
  'verification.issued': { verificationId: number };
  /** Members of a group are to be told of an event: those whose ids are greater than `after`. */
  'group-event.made': { eventId: number; after: number };
  /** Somebody is to be told something on all of their devices. */
  'push.wanted': PushWanted;
  /** The same for one device: what fails there is repeated there alone. */
  'push.due': PushDue;
  /** The daily backup of a time has to be made. */
  'backup.due': { time: string };
  /** It could not be made; it is tried again, and admins are told. */
  'backup.failed': { time: string; reason: string };
};

export type RemovedContent = {
  what: 'post' | 'picture';
  /** How the text begins, or what the picture was said to show; empty when nothing was. */
  excerpt: string;
  reason: string;
};

export type PushWanted = {
  accountId: number;
  /** Tells apps what it is about; a part of `data`. */
  kind: string;
  title: string;
  body: string;
  /** For the app; at most 1 kB, since push services take 4 kB in all. */
  data: Readonly<Record<string, string>>;
  /** A device that was away shows the last of a key only. At most 64 letters; default: none replaces another. */
  collapseKey?: string;
  /** For how long it is worth telling; default: a day. */
  ttlSeconds?: number;
};

export type PushDue = {
  /** Number of the row. */
  deviceId: number;
  /** Who is meant: the device may have moved since. */
  accountId: number;
  message: Omit<PushMessage, 'ttlSeconds'>;
  expiresAt: string;
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

/** Counts what would be an event if anybody had anything to do because of it. */
export function countEvent(tx: Tx, topic: Topic): void {
  noteFact(tx, 'event', topic);
}

/**
 * Writes an event that several processes may write, of which only the first counts. A worker knows a later one by its id, for
 * the month in which it remembers what it has done.
 */
export function emitOnce<T extends Topic>(
  tx: Tx,
  now: Date,
  topic: T,
  payload: Events[T],
  id: number,
): Promise<void> {
  const at = now.toISOString();
  return appendOnce(tx, { topic, payload, dueAt: at, createdAt: at }, id);
}
