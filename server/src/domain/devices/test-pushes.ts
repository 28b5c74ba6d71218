import type { Database } from '../../db/database.ts';
import { hourMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { takeFrom } from '../limits.ts';
import type { Counters, Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { noSuchDevice } from './device.ts';
import { findDevice, findPushTarget } from './device-store.ts';
import { type PushSenders, senderOf } from './push-service.ts';

type Needs = {
  database: Database;
  now: Now;
  counters: Counters;
  senders: PushSenders;
  /** Title of the message. */
  instanceName: string;
};

const maxTestPushes = 20;

/** Sends pushes that only show that they arrive. */
export function testPushes({ database, now, counters, senders, instanceName }: Needs) {
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
      title: instanceName,
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

  return { testPush, testAllPushes };
}
