import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import type { Counters, Now, PasswordHasher } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { recoveryAsking } from './asking-recovery.ts';
import { passwordChanging } from './changing.ts';
import { passwordRecovering } from './recovering.ts';

type Needs = {
  database: Database;
  now: Now;
  passwords: PasswordHasher;
  counters: Counters;
  audit: AuditLog;
  verifications: VerificationService;
  checkOwner: OwnerCheck;
};

/** Changes passwords, and lets people choose a new one who have lost theirs. */
export type PasswordService = ReturnType<typeof passwordChanging> &
  ReturnType<typeof recoveryAsking> &
  ReturnType<typeof passwordRecovering>;

export function passwordService(needs: Needs): PasswordService {
  const { database, now, passwords, counters, audit, verifications, checkOwner } = needs;
  return {
    ...passwordChanging({ database, now, passwords, counters, audit, checkOwner }),
    ...recoveryAsking({ database, now, counters, audit, verifications }),
    ...passwordRecovering({ database, now, passwords, audit, verifications }),
  };
}
