import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { inRange, preparedRange } from '../../db/key-range.ts';
import { prepared, preparedWrite } from '../../db/prepared.ts';
import type { NotificationRow, NotificationSettingsRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import { broadcastAfterCommit } from '../broadcasts.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import { accountIsActive, accountIsOpen, postIsPublished } from '../visibility/visibility-store.ts';

export type Marks = Pick<NotificationSettingsRow, 'last_key' | 'read_key'>;

type GroupKey = Pick<NotificationRow, 'account_id' | 'group_key'>;

/**
 * Raises an account's key to the one drawn, or to one above the last, and returns it with the settings; null when the account is
 * closed. The row is locked until the transaction ends, so that keys of one account are committed in their order and nobody's work on
 * it overlaps.
 */
export async function takeNotificationKey(
  tx: Tx,
  accountId: number,
  drawn: number,
): Promise<NotificationSettingsRow | null> {
  const raising = { accountId, drawn };
  if ((await raiseLastKey(tx, raising)) === 0) {
    // Of an account that is gone, nothing may be written any more.
    if (!(await findAccount(tx, accountId))) return null;
    const fresh = { account_id: accountId, last_key: 0, read_key: 0, muted_pushes: '[]' };
    await insertIgnore(tx, 'notification_settings', fresh);
    await raiseLastKey(tx, raising);
  }
  const rows = await settingsOfOpen(tx, { accountId });
  return rows[0] ?? null;
}

const raiseLastKey = preparedWrite(
  (tx, { accountId, drawn }: { accountId: number; drawn: number }) =>
    tx
      .updateTable('notification_settings')
      .set((eb) => ({
        last_key: eb
          .case()
          .when('last_key', '<', drawn)
          .then(eb.val(drawn))
          .else(eb('last_key', '+', 1))
          .end(),
      }))
      .where('account_id', '=', accountId),
);

const settingsOfOpen = prepared((db, args: { accountId: number }) =>
  db
    .selectFrom('notification_settings')
    .innerJoin('accounts', 'accounts.id', 'notification_settings.account_id')
    .selectAll('notification_settings')
    .where('notification_settings.account_id', '=', args.accountId)
    .where(accountIsOpen()),
);

export async function findNotificationSettings(
  db: Db,
  accountId: number,
): Promise<NotificationSettingsRow | null> {
  const rows = await settingsOf(db, { accountId });
  return rows[0] ?? null;
}

const settingsOf = prepared((db, args: { accountId: number }) =>
  db.selectFrom('notification_settings').selectAll().where('account_id', '=', args.accountId),
);

export async function updateMutedPushes(tx: Tx, accountId: number, muted: string): Promise<void> {
  await tx
    .updateTable('notification_settings')
    .set({ muted_pushes: muted })
    .where('account_id', '=', accountId)
    .execute();
}

/** Moves the mark of what was read forward, never back and never beyond what there is. */
export async function raiseReadKey(tx: Tx, accountId: number, key: number): Promise<void> {
  const isRaised = await changedOne(
    tx
      .updateTable('notification_settings')
      .set((eb) => ({
        read_key: eb.case().when('last_key', '<', key).then(eb.ref('last_key')).else(key).end(),
      }))
      .where('account_id', '=', accountId)
      .where('read_key', '<', key),
  );
  if (isRaised) broadcastAfterCommit(tx, 'account.activity', { accountId });
}

/** How far each account's keys have come, and how far it has read. Those that were never told anything are left out. */
export async function readNotificationMarks(
  db: Db,
  accountIds: readonly number[],
): Promise<Map<number, Marks>> {
  if (accountIds.length === 0) return new Map();
  const rows = await marks(db, { accountIds: [...accountIds] });
  return new Map(rows.map((row) => [row.account_id, row]));
}

const marks = prepared((db, args: { accountIds: number[] }) =>
  db
    .selectFrom('notification_settings')
    .select(['account_id', 'last_key', 'read_key'])
    .where('account_id', 'in', args.accountIds),
);

/** A notification of a group, also one that was taken back. */
export async function findNotification(
  db: Db,
  { account_id, group_key }: GroupKey,
): Promise<NotificationRow | null> {
  const rows = await notificationOfGroup(db, { account_id, group_key });
  return rows[0] ?? null;
}

const notificationOfGroup = prepared((db, { account_id, group_key }: GroupKey) =>
  db
    .selectFrom('notifications')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('group_key', '=', group_key),
);

/** Accounts that were told that a post mentions them or replies to them, also those for whom that was taken back. */
export function listCalls(
  db: Db,
  postId: number,
): Promise<Array<Pick<NotificationRow, 'account_id' | 'kind' | 'actor_count'>>> {
  return callsOf(db, { postId });
}

const callsOf = prepared((db, args: { postId: number }) =>
  db
    .selectFrom('notifications')
    .select(['account_id', 'kind', 'actor_count'])
    .where('post_id', '=', args.postId)
    .where('kind', 'in', ['mentioned', 'replied']),
);

export async function insertNotification(tx: Tx, row: NotificationRow): Promise<void> {
  await insertRow(tx, row);
  broadcastAfterCommit(tx, 'account.activity', { accountId: row.account_id });
}

const insertRow = preparedWrite((tx, row: NotificationRow) =>
  tx.insertInto('notifications').values(row),
);

/** Writes a notification of a group that is there already. */
export async function updateNotification(tx: Tx, row: NotificationRow): Promise<void> {
  await updateRow(tx, row);
  broadcastAfterCommit(tx, 'account.activity', { accountId: row.account_id });
}

const updateRow = preparedWrite(
  (tx, { account_id, group_key, kind: _kind, post_id: _post, ...values }: NotificationRow) =>
    tx
      .updateTable('notifications')
      .set(values)
      .where('account_id', '=', account_id)
      .where('group_key', '=', group_key),
);

/** What an account is told of, the latest first. */
export function listNotifications(
  db: Db,
  accountId: number,
  page: PageRequest,
): Promise<NotificationRow[]> {
  return pageOfNotifications(db, { accountId }, rangeOf(page));
}

const pageOfNotifications = preparedRange((db, args: { accountId: number }, range) => {
  const own = shown(db)
    .selectAll('notifications')
    .where('notifications.account_id', '=', args.accountId);
  return inRange(own, 'notifications.notification_key', range);
});

/** What these accounts are told of since a key of each, the earliest first. */
export async function listNotificationsSince(
  db: Db,
  since: ReadonlyArray<{ accountId: number; key: number }>,
  limit: number,
): Promise<NotificationRow[]> {
  if (since.length === 0) return [];
  return shown(db)
    .selectAll('notifications')
    .where((eb) =>
      eb.or(
        since.map(({ accountId, key }) =>
          eb.and([
            eb('notifications.account_id', '=', accountId),
            eb('notifications.notification_key', '>', key),
          ]),
        ),
      ),
    )
    .orderBy('notifications.notification_key')
    .limit(limit)
    .execute();
}

/** How much each account has not read; accounts without anything unread are left out. */
export async function readUnreadCounts(
  db: Db,
  accountIds: readonly number[],
): Promise<Map<number, number>> {
  if (accountIds.length === 0) return new Map();
  const rows = await unreadCounts(db, { accountIds: [...accountIds] });
  return new Map(rows.map(({ account_id, unread }) => [account_id, Number(unread)]));
}

const unreadCounts = prepared((db, args: { accountIds: number[] }) =>
  shown(db)
    .innerJoin(
      'notification_settings as settings',
      'settings.account_id',
      'notifications.account_id',
    )
    .select((eb) => ['notifications.account_id', eb.fn.countAll().as('unread')])
    .where('notifications.account_id', 'in', args.accountIds)
    .whereRef('notifications.notification_key', '>', 'settings.read_key')
    .groupBy('notifications.account_id'),
);

/**
 * Without what was taken back, what is about a post that is gone, and what only people did who are gone or disabled: of likes,
 * which are one row, somebody who may be seen must be left.
 */
function shown(db: Db) {
  return db
    .selectFrom('notifications')
    .leftJoin('accounts as actors', 'actors.id', 'notifications.actor_id')
    .leftJoin('posts', 'posts.id', 'notifications.post_id')
    .where('notifications.actor_count', '>', 0)
    .where((eb) => eb.or([eb('notifications.post_id', 'is', null), postIsPublished()]))
    .where((eb) =>
      eb.or([
        eb.and([eb('notifications.kind', '<>', 'liked'), accountIsActive('actors')]),
        eb.exists(
          eb
            .selectFrom('likes')
            .innerJoin('accounts as likers', 'likers.id', 'likes.account_id')
            .select('likes.post_id')
            .where('notifications.kind', '=', 'liked')
            .whereRef('likes.post_id', '=', 'notifications.post_id')
            .whereRef('likes.account_id', '<>', 'notifications.account_id')
            .where(accountIsActive('likers')),
        ),
      ]),
    );
}

export async function deleteNotificationsAbout(tx: Tx, postId: number): Promise<void> {
  await tx.deleteFrom('notifications').where('post_id', '=', postId).execute();
}

/** Deletes up to `limit` of what an account was told, or others were told of it alone. True when none is left. */
export async function deleteSomeNotifications(
  tx: Tx,
  accountId: number,
  limit: number,
): Promise<boolean> {
  for (const column of ['account_id', 'actor_id'] as const) {
    const rows = await tx
      .selectFrom('notifications')
      .select(['account_id', 'group_key'])
      .where(column, '=', accountId)
      .limit(limit)
      .execute();
    for (const row of rows) {
      await tx
        .deleteFrom('notifications')
        .where('account_id', '=', row.account_id)
        .where('group_key', '=', row.group_key)
        .execute();
    }
    if (rows.length > 0) return false;
  }
  return true;
}

export async function deleteNotificationSettings(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('notification_settings').where('account_id', '=', accountId).execute();
}
