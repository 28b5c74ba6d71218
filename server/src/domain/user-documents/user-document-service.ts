import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Now } from '../ports.ts';
import { documentChanging } from './changing.ts';
import { loginNoting } from './noting-logins.ts';
import { documentReading } from './reading.ts';

type Needs = { database: Database; now: Now; audit: AuditLog };

/** The documents that older clients keep about their users: one to each account, empty until it is changed. */
export type UserDocumentService = ReturnType<typeof documentReading> &
  ReturnType<typeof documentChanging> &
  ReturnType<typeof loginNoting>;

export function userDocumentService({ database, now, audit }: Needs): UserDocumentService {
  const reading = documentReading({ database, now });
  return {
    ...reading,
    ...documentChanging({ database, now, audit, read: reading.read }),
    ...loginNoting({ database, now }),
  };
}
