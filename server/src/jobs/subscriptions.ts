import type { Tx } from '../db/database.ts';
import type { AccountHiding } from '../domain/administration/account-hiding.ts';
import type { Parting } from '../domain/blocks/parting.ts';
import type { AccountPurge } from '../domain/closing/account-purge.ts';
import type { PostPurge } from '../domain/closing/post-purge.ts';
import type { PushService } from '../domain/devices/push-service.ts';
import type { Events, Topic } from '../domain/events.ts';
import type { GroupEventService } from '../domain/groups/group-event-service.ts';
import type { MailService } from '../domain/mails/mail-service.ts';
import type { MediaService } from '../domain/media/media-service.ts';
import type { Notifier } from '../domain/notifications/notifier.ts';
import type { PasswordService } from '../domain/passwords/password-service.ts';
import type { PhoneService } from '../domain/phones/phone-service.ts';

/** Writes the result of a job together with the note that it is done; a second delivery ends there. */
export type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

export type Subscriber<T extends Topic> = RunningSubscriber<T> | WritingSubscriber<T>;

/** Does something outside of the database, or more than one transaction. */
export type RunningSubscriber<T extends Topic> = {
  /** Never changes: rows in the database contain it. */
  name: string;
  /** @param eventId the same for every repeat */
  run(payload: Events[T], write: WriteOnce, eventId: number): Promise<void>;
};

/** Does all that it does in one transaction, which it shares with others (`together.ts`). */
export type WritingSubscriber<T extends Topic> = {
  /** Never changes: rows in the database contain it. */
  name: string;
  write(tx: Tx, payload: Events[T]): Promise<unknown>;
  /** The number by which events are ordered that lock rows of one table; default: it locks none. */
  locks?(payload: Events[T]): number;
};

export type Subscriptions = { [T in Topic]: ReadonlyArray<Subscriber<T>> };

export type Needs = {
  media: Pick<MediaService, 'makeVariants' | 'deleteBlobs'>;
  purgePost: PostPurge;
  phones: Pick<PhoneService, 'sendCode'>;
  purgeAccount: AccountPurge;
  hideAccount: AccountHiding;
  partAccounts: Parting;
  mails: MailService;
  passwords: Pick<PasswordService, 'startRecovery'>;
  groupEvents: Pick<GroupEventService, 'tellMembers'>;
  pushes: Pick<PushService, 'spread' | 'deliver'>;
  notifier: Notifier;
  backups: DailyBackup;
};

/** Makes the backup of a time. */
export type DailyBackup = { make(time: string): Promise<void> };

/** What follows from what. */
export function subscriptions(needs: Needs): Subscriptions {
  const {
    media,
    purgePost,
    purgeAccount,
    hideAccount,
    partAccounts,
    mails,
    passwords,
    phones,
    pushes,
    notifier,
    backups,
  } = needs;

  return {
    'media.uploaded': [
      { name: 'make-variants', run: ({ mediaId }, write) => media.makeVariants(mediaId, write) },
    ],
    'media.deleted': [{ name: 'delete-blobs', run: ({ blobKeys }) => media.deleteBlobs(blobKeys) }],
    'post.published': [{ name: 'notify', write: notifier.postChanged }],
    'post.changed': [{ name: 'notify', write: notifier.postChanged }],
    'post.liked': [
      {
        name: 'notify',
        write: (tx, { postId, accountId: newcomer }) =>
          notifier.likesChanged(tx, { postId, newcomer }),
        locks: ({ authorId = 0 }) => authorId,
      },
    ],
    'post.unliked': [
      {
        name: 'notify',
        write: (tx, { postId }) => notifier.likesChanged(tx, { postId, newcomer: null }),
        locks: ({ authorId = 0 }) => authorId,
      },
    ],
    'account.followed': [
      {
        name: 'notify',
        write: notifier.followChanged,
        locks: ({ followeeId }) => followeeId,
      },
    ],
    'account.unfollowed': [
      {
        name: 'notify',
        write: notifier.followChanged,
        locks: ({ followeeId }) => followeeId,
      },
    ],
    'post.deleted': [{ name: 'purge-post', run: ({ postId }) => purgePost(postId) }],
    'account.blocked': [{ name: 'part-accounts', run: (between) => partAccounts(between) }],
    'account.deleted': [{ name: 'purge-account', run: ({ accountId }) => purgeAccount(accountId) }],
    'account.hidden': [{ name: 'hide-content', run: ({ accountId }) => hideAccount(accountId) }],
    // Two, so that a mail that fails does not repeat the other.
    'account.changed': [
      { name: 'mail-notice', run: (payload, _write, id) => mails.tellOwner(payload, id) },
      { name: 'mail-former', run: (payload, _write, id) => mails.tellFormer(payload, id) },
    ],
    'content.removed': [
      { name: 'mail-removed', run: (payload, _write, id) => mails.tellRemoved(payload, id) },
    ],
    'email.change-asked': [
      {
        name: 'mail-change-asked',
        run: (payload, _write, id) => mails.tellChangeAsked(payload, id),
      },
    ],
    'verification.issued': [
      { name: 'mail-verification', run: (payload) => mails.sendVerification(payload) },
      {
        name: 'text-verification',
        run: ({ verificationId }, write) => phones.sendCode(verificationId, write),
      },
    ],
    'recovery.asked': [
      { name: 'start-recovery', run: (payload, write) => passwords.startRecovery(payload, write) },
    ],
    'group-event.made': [{ name: 'tell-members', run: needs.groupEvents.tellMembers }],
    'push.wanted': [{ name: 'spread-push', run: pushes.spread }],
    'push.due': [{ name: 'deliver-push', run: pushes.deliver }],
    'backup.due': [{ name: 'make-backup', run: ({ time }) => backups.make(time) }],
    'backup.failed': [
      { name: 'mail-admins', run: (payload, _write, id) => mails.tellAdmins(payload, id) },
    ],
  };
}
