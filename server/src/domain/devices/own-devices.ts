import type { Database } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { type DeviceView, deviceViewOf, noSuchDevice } from './device.ts';
import {
  type DeviceInList,
  deactivateDevice,
  deleteDevice,
  findDevice,
  listDevices,
} from './device-store.ts';

/** Lists devices, removes them, and ends their pushes. */
export function ownDevices({ database, now }: { database: Database; now: Now }) {
  /** Devices of the viewer, the one heard of last first. */
  async function list(viewer: Viewer): Promise<DeviceView[]> {
    return (await listDevices(database, viewer.accountId)).map((row) =>
      deviceViewOf(row, hasSession(row)),
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

  return { list, remove, deactivate };
}

function hasSession({ session_id, live_session_id, ended_at }: DeviceInList): boolean {
  return session_id === null || (live_session_id !== null && ended_at === null);
}
