import type { Database, Tx } from '../../db/database.ts';
import type { GroupEventRow } from '../../db/schema.ts';
import { readReachableAccounts } from '../devices/device-store.ts';
import { type Events, emit } from '../events.ts';
import type { Now } from '../ports.ts';
import { findGroupEvent, markEventPushed } from './group-event-store.ts';
import { listMemberIds } from './group-store.ts';

type Needs = { database: Database; now: Now };

type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

const title = 'Hi';
const kind = 'group-event';
/** Members that are told in one transaction. */
const batch = 100;

/** Pushes events to the devices of members, in the worker. */
export function eventTelling({ database, now }: Needs) {
  /**
   * Asks for pushes to the next members, and then for the rest: for workers. A step and what follows from it are written
   * together, so that a crash repeats no push and forgets none.
   */
  async function tellMembers(
    { eventId, after }: Events['group-event.made'],
    write: WriteOnce,
  ): Promise<void> {
    const event = await findGroupEvent(database, eventId);
    if (!event) return;
    const ids = await listMemberIds(database, event.group_id, { after, limit: batch });
    const last = ids.length === batch ? ids.at(-1) : undefined;
    const at = now();
    await write(async (tx) => {
      const reachable = await readReachableAccounts(tx, ids);
      for (const accountId of ids) {
        if (accountId === event.creator_id || !reachable.has(accountId)) continue;
        await emit(tx, at, 'push.wanted', pushOf(event, accountId));
      }
      if (last === undefined) await markEventPushed(tx, eventId, at.toISOString());
      else await emit(tx, at, 'group-event.made', { eventId, after: last });
    });
  }

  return { tellMembers };
}

function pushOf(event: GroupEventRow, accountId: number): Events['push.wanted'] {
  const data = {
    eventId: String(event.id),
    groupId: String(event.group_id),
    templateId: String(event.template_id),
  };
  return { accountId, kind, title, body: event.text, data };
}
