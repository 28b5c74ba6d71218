import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { NewId } from '../../db/ids.ts';
import type { DeviceRow } from '../../db/schema.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { hourMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { takeFrom } from '../limits.ts';
import { countingAddress } from '../network-address.ts';
import type { Counters, Now, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { type DeviceToken, type DeviceView, maxDevices, tokenHashes } from './device.ts';
import {
  type DeviceInList,
  deactivateDevice,
  deleteDevice,
  findDevice,
  findPushTarget,
  findTokenOwner,
  keepNewestDevices,
  listDevices,
  type NewDeviceRow,
  putDevice,
  putOwnerlessDevice,
  touchDevice,
} from './device-store.ts';
import type { PushSenders } from './push-service.ts';
import { senderOf } from './push-service.ts';

export type DeviceService = ReturnType<typeof deviceService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  senders: PushSenders;
  /** Public half of the VAPID keys; null where Web Push is not set up. */
  pushKey: string | null;
};

export type NewDevice = {
  /** As the client names it, 1 to 128 letters. */
  deviceId: string;
  /** `web` takes subscriptions, all others tokens of FCM. */
  type: string;
  /** Null: a device without one; undefined: it keeps the one it has. */
  token: DeviceToken | null | undefined;
};

/** Where somebody is signed in with a device; without a session, pushes end with nothing but the account. */
export type DeviceOwner = { accountId: number; sessionId: number | null };

const maxTestPushes = 20;
/** Ownerless devices from one network address in an hour: many phones share one. */
const maxOwnerless = 300;

/** Knows the devices of people: where pushes go. */
export function deviceService(needs: Needs) {
  const { database, newId, now, counters, senders, pushKey, tokens } = needs;

  /**
   * Notes that somebody is signed in on a device. One that is another account's moves here, by its name as by its token:
   * the phone has changed hands.
   */
  async function register(owner: DeviceOwner, device: NewDevice): Promise<DeviceView> {
    const made = await rowOf(device, owner);
    const { row } = made;
    await database.transaction(async (tx) => {
      await checkLives(tx, owner.accountId);
      if (await touchDevice(tx, row)) return;
      await putDevice(tx, made);
      await keepNewestDevices(tx, owner.accountId, maxDevices);
    });
    return viewOf(row, true);
  }

  /**
   * Notes a device and leaves it to whom it belongs. The viewer's own is brought up to date. Since anybody may ask for this,
   * another's stays as it is, and their token with them.
   * @param address where the request comes from
   * @throws DomainError `rate_limited`
   */
  async function note(viewer: Viewer | null, device: NewDevice, address: string): Promise<void> {
    const known = viewer && (await findDevice(database, device.deviceId));
    if (viewer && known?.account_id === viewer.accountId) await register(viewer, device);
    else await registerOwnerless(device, address);
  }

  async function registerOwnerless(device: NewDevice, address: string): Promise<void> {
    const limit = {
      key: `devices:from:${countingAddress(address)}`,
      max: maxOwnerless,
      windowMs: hourMs,
    };
    await takeFrom(counters, [limit], 'Too many devices are registered from here. Try later.');
    const made = await rowOf(device, { accountId: null, sessionId: null });
    await database.transaction(async (tx) => {
      if (await isTaken(tx, made)) return;
      if (!(await touchDevice(tx, made.row))) await putOwnerlessDevice(tx, made);
    });
  }

  async function isTaken(tx: Tx, { row, tokenHashes: hashes }: NewDeviceRow): Promise<boolean> {
    const known = await findDevice(tx, row.device_id);
    if (known?.account_id) return true;
    return hashes.length > 0 && Boolean(await findTokenOwner(tx, hashes));
  }

  /** The row as it is to be; a device that is known keeps its number, which pushes on their way name. */
  async function rowOf(
    { deviceId, type, token }: NewDevice,
    { accountId, sessionId }: { accountId: number | null; sessionId: number | null },
  ): Promise<NewDeviceRow> {
    const known = await findDevice(database, deviceId);
    const kept =
      known?.token && known.token_hash ? { text: known.token, hashes: [known.token_hash] } : null;
    const given = token ? { text: token.text, hashes: tokenHashes(tokens, token) } : null;
    const pushToken = token === undefined ? kept : given;
    const at = now().toISOString();
    const row = {
      id: known?.id ?? (await newId('devices')),
      device_id: deviceId,
      account_id: accountId,
      session_id: sessionId,
      type,
      token: pushToken?.text ?? null,
      token_hash: pushToken?.hashes[0] ?? null,
      is_active: 1 as const,
      created_at: known && known.account_id === accountId ? known.created_at : at,
      updated_at: at,
    };
    return { row, tokenHashes: pushToken?.hashes ?? [] };
  }

  /** Devices of the viewer, the one heard of last first. */
  async function list(viewer: Viewer): Promise<DeviceView[]> {
    return (await listDevices(database, viewer.accountId)).map((row) =>
      viewOf(row, hasSession(row)),
    );
  }

  /** Forgets a device of the viewer's. @throws DomainError `not_found` */
  async function remove(viewer: Viewer, deviceId: string): Promise<void> {
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      if (await deleteDevice(tx, accountId, deviceId)) return;
      // A registration puts a new row in place of the old one: then there is a device, and it is to be removed.
      if ((await findDevice(tx, deviceId))?.account_id === accountId) throw new StaleRead();
      throw noSuchDevice();
    });
  }

  /** Sends no more pushes to a device of the account until it is registered again; others' stay as they are. */
  async function deactivate(accountId: number, deviceId: string): Promise<void> {
    const at = now().toISOString();
    await database.transaction((tx) => deactivateDevice(tx, { accountId, deviceId, at }));
  }

  /**
   * Sends a message to one device of the viewer's, to see that it arrives.
   * @throws DomainError `not_found` · `conflict` (no service is set up, or pushes have ended) · `rate_limited`
   */
  async function testPush(viewer: Viewer, deviceId: string): Promise<void> {
    const { accountId } = viewer;
    const row = await findDevice(database, deviceId);
    if (!row || row.account_id !== accountId) throw noSuchDevice();
    if (!senderOf(senders, row.type)) {
      throw new DomainError(
        'conflict',
        `Pushes to devices of type ${row.type} are not set up here.`,
      );
    }
    if (!(await findPushTarget(database, row.id, accountId))) {
      throw new DomainError('conflict', 'Pushes to this device have ended; register it again.');
    }
    await countTest(accountId);
    const at = now();
    const expiresAt = new Date(at.getTime() + hourMs).toISOString();
    const message = {
      title: 'Rookery',
      body: 'Pushes reach this device.',
      data: { kind: 'test' },
      collapseKey: 'test',
    };
    await database.transaction((tx) =>
      emit(tx, at, 'push.due', { deviceId: row.id, accountId, message, expiresAt }),
    );
  }

  /**
   * Sends a message to every device of the viewer's, to see that pushes arrive; none is no error.
   * @throws DomainError `rate_limited`
   */
  async function testAllPushes(
    { accountId }: Viewer,
    message: { title: string; body: string },
  ): Promise<void> {
    await countTest(accountId);
    const wanted = { accountId, kind: 'test', ...message, data: {}, ttlSeconds: hourMs / 1000 };
    await database.transaction((tx) => emit(tx, now(), 'push.wanted', wanted));
  }

  function countTest(accountId: number): Promise<void> {
    const limit = { key: `test-push:${accountId}`, max: maxTestPushes, windowMs: hourMs };
    return takeFrom(counters, [limit], 'That was tried often enough. Try again later.');
  }

  /** What browsers subscribe with. @throws DomainError `not_found` where Web Push is not set up */
  function readPushKey(): string {
    if (pushKey === null) throw new DomainError('not_found', 'Web Push is not set up here.');
    return pushKey;
  }

  return {
    register,
    note,
    list,
    remove,
    deactivate,
    testPush,
    testAllPushes,
    readPushKey,
  };
}

function hasSession({ session_id, live_session_id, ended_at }: DeviceInList): boolean {
  return session_id === null || (live_session_id !== null && ended_at === null);
}

function viewOf(row: DeviceRow, hasLiveSession: boolean): DeviceView {
  return {
    deviceId: row.device_id,
    type: row.type,
    isActive: row.is_active === 1 && row.token !== null && hasLiveSession,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function noSuchDevice(): DomainError {
  return new DomainError('not_found', 'There is no such device.');
}
