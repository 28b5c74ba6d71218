import type { NotificationRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import type { PostView } from '../posts/post.ts';

export type NotificationKind = NotificationRow['kind'];

export const notificationKinds: readonly NotificationKind[] = [
  'followed',
  'liked',
  'mentioned',
  'replied',
];

/** Something that others did and that an account is told of: all likes of a post are one. */
export type NotificationView = {
  /** The account that is notified. */
  accountId: number;
  /** Stays while more people join. */
  id: string;
  kind: NotificationKind;
  /** The post that was liked, that mentions the account, or that replies to it; null for a follow. */
  post: PostView | null;
  /** Those who did it, the latest first. */
  actors: AccountCard[];
  actorCount: number;
  createdAt: string;
  isRead: boolean;
  /** Place in the list; higher each time that somebody joins. */
  key: number;
};

/** Which kinds devices are told of. */
export type PushSettings = Record<NotificationKind, boolean>;

/** How many of a group's actors are shown. */
export const shownActors = 3;
/** How many are kept: a few more, for those who are disabled meanwhile. */
export const keptActors = 8;

/** The kinds that a stored list names. */
export function kindsOf(json: string): NotificationKind[] {
  const names = JSON.parse(json) as string[];
  return notificationKinds.filter((kind) => names.includes(kind));
}

/** The ids that a stored list names. */
export function idsOf(json: string): number[] {
  return JSON.parse(json) as number[];
}
