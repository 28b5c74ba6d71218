import type { Database } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import { takeProvenName } from '../accounts/name-proofs.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { setPhone } from './account-phone.ts';
import { phoneEntry, purpose } from './phone.ts';

type Needs = {
  database: Database;
  now: Now;
  verifications: Pick<VerificationService, 'findByCode' | 'findUsedByCode' | 'consume' | 'cancel'>;
  audit: AuditLog;
};

/** Makes numbers those of people who know the codes. */
export function phoneConfirming({ database, now, verifications, audit }: Needs) {
  /**
   * Makes the number the viewer's, who knows the code that was sent there.
   * @throws DomainError `invalid` (code) · `expired` · `gone` (used meanwhile) · `taken` (another account has proved it)
   */
  async function confirm(viewer: Viewer, code: string, address: string): Promise<void> {
    const { accountId } = viewer;
    const verification = await verifications.findByCode(accountId, purpose, code);
    const number = verification.subject;
    await database.transaction(async (tx) => {
      await verifications.consume(tx, verification);
      // Two parallel requests may have left another one pending.
      await verifications.cancel(tx, accountId, [purpose]);
      const at = now().toISOString();
      const holder = await setPhone(tx, accountId, { phone: number, verifiedAt: at, at });
      await takeProvenName(tx, { now, audit, verifications }, holder, {
        kind: 'phone',
        key: number,
        address,
      });
      await emit(tx, now(), 'account.changed', { accountId, what: 'phone' });
      await audit.record(tx, phoneEntry('phone.verified', { accountId, address, number }));
    });
  }

  /** The same, but a repeat of what has proved the number is no error while the code lasts. @throws DomainError as `confirm` */
  async function confirmRepeatably(viewer: Viewer, code: string, address: string): Promise<void> {
    try {
      await confirm(viewer, code, address);
    } catch (error) {
      if (!(error instanceof DomainError) || !(await wasConfirmed(viewer, code))) throw error;
    }
  }

  async function wasConfirmed({ accountId }: Viewer, code: string): Promise<boolean> {
    const used = await verifications.findUsedByCode(accountId, purpose, code);
    const account = used && (await findAccount(database, accountId));
    return used !== null && account?.phone === used.subject && account.phone_verified_at !== null;
  }

  return { confirm, confirmRepeatably };
}
