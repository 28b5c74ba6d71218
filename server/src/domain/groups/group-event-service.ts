import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Counters, Now, TokenSigner } from '../ports.ts';
import { eventListing } from './listing-events.ts';
import { eventMaking } from './making-events.ts';
import { eventTelling } from './telling-members.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  counters: Counters;
  audit: AuditLog;
};

/** Tells groups of events: admins make them, workers push them to the members' devices. */
export type GroupEventService = ReturnType<typeof eventMaking> &
  ReturnType<typeof eventListing> &
  ReturnType<typeof eventTelling>;

export function groupEventService(needs: Needs): GroupEventService {
  const { database, newId, now, tokens, counters, audit } = needs;
  return {
    ...eventMaking({ database, newId, now, tokens, counters, audit }),
    ...eventListing({ database }),
    ...eventTelling({ database, now }),
  };
}
