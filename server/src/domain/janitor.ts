import { deleteBroadcastsBefore } from '../db/broadcast-rows.ts';
import type { Database } from '../db/database.ts';
import { deleteDoneEventsBefore } from '../db/done-events.ts';
import { deleteAuditEntriesBefore } from './audit/audit-log-store.ts';
import { deleteOwnerlessDevicesBefore } from './devices/device-store.ts';
import { dayMs, minuteMs } from './durations.ts';
import { deleteGroupEventsBefore } from './groups/group-event-store.ts';
import { deleteIdempotencyKeysBefore } from './idempotency-store.ts';
import type { MediaService } from './media/media-service.ts';
import { keyOfTime } from './paging.ts';
import type { Now } from './ports.ts';
import { deleteSessionsExpiredBefore } from './sessions/session-store.ts';
import { deleteVerificationsExpiredBefore } from './verifications/verification-store.ts';

type Needs = { database: Database; now: Now; media: Pick<MediaService, 'discardLoose'> };

export type Janitor = () => Promise<void>;

/** Removes what has outlived its use. Any number of processes may do it at once. */
export function janitor({ database, now, media }: Needs): Janitor {
  return async () => {
    const at = now().getTime();
    await database.transaction(async (tx) => {
      await deleteIdempotencyKeysBefore(tx, new Date(at - dayMs));
      // A month beyond their end: a stolen token that shows up late is still recognised as such.
      await deleteSessionsExpiredBefore(tx, new Date(at - 30 * dayMs));
      await deleteAuditEntriesBefore(tx, keyOfTime(new Date(at - 365 * dayMs)));
      await deleteGroupEventsBefore(tx, new Date(at - 365 * dayMs));
      await deleteVerificationsExpiredBefore(tx, new Date(at - 30 * dayMs));
      // Apps register at each start.
      await deleteOwnerlessDevicesBefore(tx, new Date(at - 30 * dayMs));
      await deleteDoneEventsBefore(tx, new Date(at - 30 * dayMs));
      // Those of processes that ended within a minute, such as commands.
      await deleteBroadcastsBefore(tx, new Date(at - minuteMs));
    });
    while ((await media.discardLoose()) > 0);
  };
}
