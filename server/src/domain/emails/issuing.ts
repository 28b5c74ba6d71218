import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import type { NewVerification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'prepare' | 'issue'>;
};

/** @param told the confirmed address of the account, whose owner hears of the change before it happens */
export type IssueConfirmation = (
  viewer: Viewer,
  address: string,
  wanted: NewVerification,
  told?: string | null,
) => Promise<void>;

/** Sends the mail that asks to confirm an address. */
export function confirmationIssuing({
  database,
  now,
  audit,
  verifications,
}: Needs): IssueConfirmation {
  return async (viewer, address, wanted, told = null) => {
    const { accountId } = viewer;
    const row = await verifications.prepare(wanted);
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, now().toISOString());
      await verifications.issue(tx, row);
      if (told !== null) await emit(tx, now(), 'email.change-asked', { accountId, email: told });
      await emit(tx, now(), 'verification.issued', { verificationId: row.id });
      const action = 'email.change-asked';
      await audit.record(tx, { action, accountId, actorId: accountId, address });
    });
  };
}
