import type { Database, Tx } from '../../db/database.ts';
import { emit, type PushDue, type PushWanted } from '../events.ts';
import type { Now, PushSender } from '../ports.ts';
import { clipped } from './device.ts';
import { deleteDeadDevice, findPushTarget, listPushTargets } from './device-store.ts';

export type PushService = ReturnType<typeof pushService>;

/** Null where none is set up: devices of that kind are kept, and nothing is sent to them. */
export type PushSenders = { web: PushSender | null; apps: PushSender | null };

type Needs = { database: Database; now: Now; senders: PushSenders };

type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

const defaultTtlSeconds = 24 * 3600;

/** Tells people something on their devices. */
export function pushService({ database, now, senders }: Needs) {
  /** Makes one event for each device, so that a repeat after a failure goes to that device alone. */
  async function spread(wanted: PushWanted, write: WriteOnce): Promise<void> {
    const { accountId, kind, data, collapseKey = null, ttlSeconds = defaultTtlSeconds } = wanted;
    const message = { ...clipped(wanted), data: { ...data, kind }, collapseKey };
    const at = now();
    const expiresAt = new Date(at.getTime() + ttlSeconds * 1000).toISOString();
    const targets = (await listPushTargets(database, accountId)).filter(({ type }) =>
      senderOf(senders, type),
    );
    await write(async (tx) => {
      for (const { id } of targets) {
        await emit(tx, at, 'push.due', { deviceId: id, accountId, message, expiresAt });
      }
    });
  }

  /**
   * Hands a message over for one device, unless that is another's by now or the message is old. A device that its service
   * does not know any more is dropped.
   * @throws Error when a repeat may succeed
   */
  async function deliver(due: PushDue, write: WriteOnce): Promise<void> {
    const ttlSeconds = Math.ceil((Date.parse(due.expiresAt) - now().getTime()) / 1000);
    if (ttlSeconds <= 0) return;
    const target = await findPushTarget(database, due.deviceId, due.accountId);
    const sender = target && senderOf(senders, target.type);
    if (!sender) return;
    const outcome = await sender.send(target.token, { ...due.message, ttlSeconds });
    if (outcome === 'gone') await write((tx) => deleteDeadDevice(tx, target));
  }

  return { spread, deliver };
}

/** Who speaks to devices of a type; null when nobody is set up to. */
export function senderOf(senders: PushSenders, type: string): PushSender | null {
  return type === 'web' ? senders.web : senders.apps;
}
