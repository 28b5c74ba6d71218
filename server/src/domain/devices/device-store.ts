import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { DeviceRow } from '../../db/schema.ts';
import { accountIsActive } from '../visibility/visibility-store.ts';

export async function findDevice(db: Db, deviceId: string): Promise<DeviceRow | null> {
  const rows = await deviceByName(db, { deviceId });
  return rows[0] ?? null;
}

const deviceByName = prepared((db, args: { deviceId: string }) =>
  db.selectFrom('devices').selectAll().where('device_id', '=', args.deviceId),
);

/** The account whose device has a token: null for a device without an owner, undefined without a device. */
export async function findTokenOwner(
  db: Db,
  tokenHashes: readonly string[],
): Promise<number | null | undefined> {
  const row = await db
    .selectFrom('devices')
    .select('account_id')
    .where('token_hash', 'in', tokenHashes)
    .executeTakeFirst();
  return row?.account_id;
}

/** With the end of the session that a device was registered from; undefined when that is forgotten already. */
export type DeviceInList = DeviceRow & { ended_at: string | null; live_session_id: number | null };

/** Devices of an account, the one heard of last first. */
export function listDevices(db: Db, accountId: number): Promise<DeviceInList[]> {
  return db
    .selectFrom('devices')
    .leftJoin('sessions', 'sessions.id', 'devices.session_id')
    .selectAll('devices')
    .select(['sessions.ended_at', 'sessions.id as live_session_id'])
    .where('devices.account_id', '=', accountId)
    .orderBy('devices.updated_at', 'desc')
    .orderBy('devices.id', 'desc')
    .execute();
}

export type PushTarget = Pick<DeviceRow, 'id' | 'type' | 'token_hash'> & { token: string };

/** Devices of an account that pushes may reach now, the one heard of last first. */
export async function listPushTargets(db: Db, accountId: number): Promise<PushTarget[]> {
  return (await pushTargets(db, { accountId })) as PushTarget[];
}

/** Those of some accounts that have a device which pushes may reach now. */
export async function readReachableAccounts(
  db: Db,
  accountIds: readonly number[],
): Promise<Set<number>> {
  if (accountIds.length === 0) return new Set();
  const rows = await reachableAccounts(db, { accountIds: [...accountIds] });
  return new Set(rows.map((row) => row.account_id ?? 0));
}

/** One device, while it belongs to the account and pushes may reach it. */
export async function findPushTarget(
  db: Db,
  id: number,
  accountId: number,
): Promise<PushTarget | null> {
  const rows = (await pushTarget(db, { id, accountId })) as PushTarget[];
  return rows[0] ?? null;
}

const pushTargets = prepared((db, args: { accountId: number }) =>
  reachable(db)
    .where('devices.account_id', '=', args.accountId)
    .orderBy('devices.updated_at', 'desc')
    .orderBy('devices.id', 'desc'),
);

const pushTarget = prepared((db, args: { id: number; accountId: number }) =>
  reachable(db).where('devices.id', '=', args.id).where('devices.account_id', '=', args.accountId),
);

const reachableAccounts = prepared((db, args: { accountIds: number[] }) =>
  reachable(db)
    .clearSelect()
    .select('devices.account_id')
    .distinct()
    .where('devices.account_id', 'in', args.accountIds),
);

/** Neither the account nor the session that registered the device is over. */
function reachable(db: Db) {
  return db
    .selectFrom('devices')
    .innerJoin('accounts', 'accounts.id', 'devices.account_id')
    .leftJoin('sessions', 'sessions.id', 'devices.session_id')
    .select(['devices.id', 'devices.type', 'devices.token', 'devices.token_hash'])
    .where('devices.is_active', '=', 1)
    .where('devices.token', 'is not', null)
    .where(accountIsActive())
    .where((eb) =>
      eb.or([
        eb('devices.session_id', 'is', null),
        eb.and([eb('sessions.id', 'is not', null), eb('sessions.ended_at', 'is', null)]),
      ]),
    );
}

/** Notes that a device was heard of again, unless anything about it changed. False when it did. */
export async function touchDevice(tx: Tx, row: DeviceRow): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('devices')
      .set({ session_id: row.session_id, is_active: row.is_active, updated_at: row.updated_at })
      .where('id', '=', row.id)
      .where('device_id', '=', row.device_id)
      .where('type', '=', row.type)
      .where('account_id', row.account_id === null ? 'is' : '=', row.account_id)
      .where('token_hash', row.token_hash === null ? 'is' : '=', row.token_hash),
  );
}

/** What a device is kept as, and every hash that its token may be known by; none where it has no token. */
export type NewDeviceRow = { row: DeviceRow; tokenHashes: readonly string[] };

/**
 * Replaces the devices with the same id or token, of any account. Several at once end with one row:
 * a transaction that finds another's row deletes it and tries again.
 */
export async function putDevice(tx: Tx, { row, tokenHashes }: NewDeviceRow): Promise<void> {
  do {
    await tx.deleteFrom('devices').where('device_id', '=', row.device_id).execute();
    if (tokenHashes.length > 0) {
      await tx.deleteFrom('devices').where('token_hash', 'in', tokenHashes).execute();
    }
  } while (!(await insertIgnore(tx, 'devices', row)));
}

/** The same for a device without an owner: what has one stays as it is, and nothing is put in its place. */
export async function putOwnerlessDevice(
  tx: Tx,
  { row, tokenHashes }: NewDeviceRow,
): Promise<void> {
  await tx
    .deleteFrom('devices')
    .where('device_id', '=', row.device_id)
    .where('account_id', 'is', null)
    .execute();
  if (tokenHashes.length > 0) {
    await tx
      .deleteFrom('devices')
      .where('token_hash', 'in', tokenHashes)
      .where('account_id', 'is', null)
      .execute();
  }
  await insertIgnore(tx, 'devices', row);
}

/** False when the account has no such device. */
export async function deleteDevice(tx: Tx, accountId: number, deviceId: string): Promise<boolean> {
  return changedOne(
    tx.deleteFrom('devices').where('device_id', '=', deviceId).where('account_id', '=', accountId),
  );
}

/** Drops a device whose token is dead, unless it has another by now. */
export async function deleteDeadDevice(
  tx: Tx,
  { id, token_hash }: Pick<PushTarget, 'id' | 'token_hash'>,
): Promise<void> {
  await tx
    .deleteFrom('devices')
    .where('id', '=', id)
    .where('token_hash', '=', token_hash)
    .execute();
}

/** Sends no more pushes to a device until it is registered again. False when the account has no such device. */
export async function deactivateDevice(
  tx: Tx,
  { accountId, deviceId, at }: { accountId: number; deviceId: string; at: string },
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('devices')
      .set({ is_active: 0, updated_at: at })
      .where('device_id', '=', deviceId)
      .where('account_id', '=', accountId),
  );
}

/** Drops devices of an account but for the `count` that were heard of last. */
export async function keepNewestDevices(tx: Tx, accountId: number, count: number): Promise<void> {
  const rows = await tx
    .selectFrom('devices')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  const ids = rows.slice(count).map(({ id }) => id);
  if (ids.length > 0) await tx.deleteFrom('devices').where('id', 'in', ids).execute();
}

/** Drops devices that nobody has signed in on, and that were not heard of since. */
export async function deleteOwnerlessDevicesBefore(tx: Tx, time: Date): Promise<void> {
  await tx
    .deleteFrom('devices')
    .where('account_id', 'is', null)
    .where('updated_at', '<', time.toISOString())
    .execute();
}

export async function deleteDevicesOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('devices').where('account_id', '=', accountId).execute();
}
