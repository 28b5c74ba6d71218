import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import { DomainError } from '../errors.ts';
import type { Counters, Now, TokenSigner } from '../ports.ts';
import { newDeviceRow } from './new-device-row.ts';
import { ownDevices } from './own-devices.ts';
import type { PushSenders } from './push-service.ts';
import { deviceRegistering } from './registering.ts';
import { testPushes } from './test-pushes.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  senders: PushSenders;
  /** Public half of the VAPID keys; null where Web Push is not set up. */
  pushKey: string | null;
  instanceName: string;
};

/** Knows the devices of people: where pushes go. */
export type DeviceService = ReturnType<typeof deviceRegistering> &
  ReturnType<typeof ownDevices> &
  ReturnType<typeof testPushes> & {
    /** What browsers subscribe with. @throws DomainError `not_found` where Web Push is not set up */
    readPushKey(): string;
  };

export function deviceService(needs: Needs): DeviceService {
  const { database, newId, now, counters, senders, pushKey, tokens, instanceName } = needs;
  const rowOf = newDeviceRow({ database, newId, now, tokens });
  return {
    ...deviceRegistering({ database, counters, rowOf }),
    ...ownDevices({ database, now }),
    ...testPushes({ database, now, counters, senders, instanceName }),
    readPushKey() {
      if (pushKey === null) throw new DomainError('not_found', 'Web Push is not set up here.');
      return pushKey;
    },
  };
}
