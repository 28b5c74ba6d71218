import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Now } from '../ports.ts';
import { groupKeeping } from './keeping.ts';
import { groupMembers } from './members.ts';

type Needs = { database: Database; newId: NewId; now: Now; audit: AuditLog };

/** Groups of accounts and who belongs to them: for admins. */
export type GroupService = ReturnType<typeof groupKeeping> & ReturnType<typeof groupMembers>;

export function groupService({ database, newId, now, audit }: Needs): GroupService {
  return {
    ...groupKeeping({ database, newId, now, audit }),
    ...groupMembers({ database, now, audit }),
  };
}
