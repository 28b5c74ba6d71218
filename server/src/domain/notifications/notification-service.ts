import { accountEnded } from '../accounts/account.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { invalid } from '../errors.ts';
import { keyOfCursor, type Page, type PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { Viewer } from '../viewer.ts';
import {
  kindsOf,
  type NotificationView,
  notificationKinds,
  type PushSettings,
} from './notification.ts';
import {
  findNotificationSettings,
  raiseReadKey,
  readNotificationMarks,
  takeNotificationKey,
  updateMutedPushes,
} from './notification-settings-store.ts';
import { listNotifications, readUnreadCounts } from './notification-store.ts';
import {
  hydrateNotifications,
  isShown,
  presentNotifications,
  type Sources,
} from './notification-views.ts';

export type NotificationService = ReturnType<typeof notificationService>;

type Needs = Sources & { newKey: () => number };

/** What an account is told of, and what it has seen of that. */
export function notificationService({ database, postReader, newKey }: Needs) {
  const sources = { database, postReader };

  /**
   * What the viewer is told of, the latest first. A group that somebody joins moves to the top: a walk through the pages
   * shows nothing twice, and does not come to what moved up meanwhile.
   */
  async function list(viewer: Viewer, page: PageRequest): Promise<Page<NotificationView>> {
    const { accountId } = viewer;
    return readPage('notifications', page, {
      skeleton: (part) => listNotifications(database, accountId, part),
      keyOf: (row) => row.notification_key,
      hydrate: async (rows) => {
        const [state, marks] = await Promise.all([
          hydrateNotifications(sources, rows),
          readNotificationMarks(database, [accountId]),
        ]);
        return { ...state, readKeys: new Map([[accountId, marks.get(accountId)?.read_key ?? 0]]) };
      },
      rules: isShown,
      present: async (rows, state) => presentNotifications(rows, state, state.readKeys),
    });
  }

  async function countUnread(viewer: Viewer): Promise<number> {
    const counts = await readUnreadCounts(database, [viewer.accountId]);
    return counts.get(viewer.accountId) ?? 0;
  }

  /** Notes that the viewer has seen everything up to a place in the list. @throws DomainError `invalid` (upTo) */
  async function markRead(viewer: Viewer, upTo: string): Promise<void> {
    const key = keyOfCursor('notifications', upTo);
    if (key === null) throw invalid('upTo', 'is not the cursor of a notification');
    await database.transaction((tx) => raiseReadKey(tx, viewer.accountId, key));
  }

  async function readPushSettings(viewer: Viewer): Promise<PushSettings> {
    const settings = await findNotificationSettings(database, viewer.accountId);
    return pushSettingsOf(settings?.muted_pushes ?? '[]');
  }

  /** Changes which kinds the viewer's devices are told of; those not named stay. */
  function changePushSettings(
    viewer: Viewer,
    change: Partial<PushSettings>,
  ): Promise<PushSettings> {
    return database.transaction(async (tx) => {
      await checkLives(tx, viewer.accountId);
      const before = await takeNotificationKey(tx, viewer.accountId, newKey());
      if (!before) throw accountEnded();
      const settings = { ...pushSettingsOf(before.muted_pushes), ...change };
      const muted = notificationKinds.filter((kind) => !settings[kind]);
      await updateMutedPushes(tx, viewer.accountId, JSON.stringify(muted));
      return settings;
    });
  }

  return { list, countUnread, markRead, readPushSettings, changePushSettings };
}

function pushSettingsOf(mutedPushes: string): PushSettings {
  const muted = kindsOf(mutedPushes);
  return {
    followed: !muted.includes('followed'),
    liked: !muted.includes('liked'),
    mentioned: !muted.includes('mentioned'),
    replied: !muted.includes('replied'),
  };
}
