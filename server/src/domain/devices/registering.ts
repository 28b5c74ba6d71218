import type { Database, Tx } from '../../db/database.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { hourMs } from '../durations.ts';
import { takeFrom } from '../limits.ts';
import { countingAddress } from '../network-address.ts';
import type { Counters } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { type DeviceView, deviceViewOf, maxDevices, type NewDevice } from './device.ts';
import {
  findDevice,
  findTokenOwner,
  keepNewestDevices,
  type NewDeviceRow,
  putDevice,
  putOwnerlessDevice,
  touchDevice,
} from './device-store.ts';
import type { RowOfDevice } from './new-device-row.ts';

type Needs = {
  database: Database;
  counters: Counters;
  rowOf: RowOfDevice;
};

/** Where somebody is signed in with a device; without a session, pushes end with nothing but the account. */
export type DeviceOwner = { accountId: number; sessionId: number | null };

/** Ownerless devices from one network address in an hour: many phones share one. */
const maxOwnerless = 300;

/** Notes devices, and whose they are. */
export function deviceRegistering({ database, counters, rowOf }: Needs) {
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
    return deviceViewOf(row, true);
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

  return { register, note };
}

async function isTaken(tx: Tx, { row, tokenHashes: hashes }: NewDeviceRow): Promise<boolean> {
  const known = await findDevice(tx, row.device_id);
  if (known?.account_id) return true;
  return hashes.length > 0 && Boolean(await findTokenOwner(tx, hashes));
}
