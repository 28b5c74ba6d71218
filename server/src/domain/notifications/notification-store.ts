import { sql } from 'kysely';
import type { Db, Tx } from '../../db/database.ts';
import { inRange, preparedRange } from '../../db/key-range.ts';
import { prepared, preparedWrite } from '../../db/prepared.ts';
import type { NotificationRow } from '../../db/schema.ts';
import { broadcastAfterCommit } from '../broadcasts.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import { accountIsActive, notBlocked, postIsPublished } from '../visibility/visibility-store.ts';

type GroupKey = Pick<NotificationRow, 'account_id' | 'group_key'>;

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
 * Without what was taken back, what is about a post that is gone, and what only people did who are gone, disabled or apart from the
 * account by a block: of likes, which are one row, somebody who may be seen must be left.
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
        eb.and([
          eb('notifications.kind', '<>', 'liked'),
          accountIsActive('actors'),
          notBlocked(sql.ref('notifications.account_id'), sql.ref('notifications.actor_id')),
        ]),
        eb.exists(
          eb
            .selectFrom('likes')
            .innerJoin('accounts as likers', 'likers.id', 'likes.account_id')
            .select('likes.post_id')
            .where('notifications.kind', '=', 'liked')
            .whereRef('likes.post_id', '=', 'notifications.post_id')
            .whereRef('likes.account_id', '<>', 'notifications.account_id')
            .where(accountIsActive('likers'))
            .where(notBlocked(sql.ref('notifications.account_id'), sql.ref('likers.id'))),
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
    for (const row of rows) await deleteNotification(tx, row);
    if (rows.length > 0) return false;
  }
  return true;
}

async function deleteNotification(tx: Tx, { account_id, group_key }: GroupKey): Promise<void> {
  await tx
    .deleteFrom('notifications')
    .where('account_id', '=', account_id)
    .where('group_key', '=', group_key)
    .execute();
}

/** Deletes up to `limit` notifications that two accounts have of each other, without likes. True when none is left. */
export async function deleteSomeNotificationsBetween(
  tx: Tx,
  { accountId, targetId, limit }: { accountId: number; targetId: number; limit: number },
): Promise<boolean> {
  const pairs = [
    [accountId, targetId],
    [targetId, accountId],
  ] as const;
  for (const [owner, actor] of pairs) {
    const rows = await tx
      .selectFrom('notifications')
      .select(['account_id', 'group_key'])
      .where('actor_id', '=', actor)
      .where('account_id', '=', owner)
      .where('kind', '<>', 'liked')
      .limit(limit)
      .execute();
    for (const row of rows) await deleteNotification(tx, row);
    if (rows.length > 0) return false;
  }
  return true;
}
