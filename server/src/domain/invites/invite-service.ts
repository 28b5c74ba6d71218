import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { inviteFinding } from './finding.ts';
import { inviting } from './inviting.ts';
import { pendingInvites } from './pending-invites.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  verifications: VerificationService;
};

/** Lets moderators invite people, who may then sign up although sign-ups are closed. */
export type InviteService = ReturnType<typeof inviting> &
  ReturnType<typeof pendingInvites> &
  ReturnType<typeof inviteFinding>;

export function inviteService({ database, now, audit, verifications }: Needs): InviteService {
  return {
    ...inviting({ database, now, audit, verifications }),
    ...pendingInvites({ database, audit, verifications }),
    ...inviteFinding({ database, verifications }),
  };
}
