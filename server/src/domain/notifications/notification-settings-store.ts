import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared, preparedWrite } from '../../db/prepared.ts';
import type { NotificationSettingsRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import { broadcastAfterCommit } from '../broadcasts.ts';
import { accountIsOpen } from '../visibility/visibility-store.ts';

export type Marks = Pick<NotificationSettingsRow, 'last_key' | 'read_key'>;

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

export async function deleteNotificationSettings(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('notification_settings').where('account_id', '=', accountId).execute();
}
