import type { Database } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { letGo } from './account-phone.ts';
import { phoneEntry, purpose } from './phone.ts';

type Needs = {
  database: Database;
  now: Now;
  verifications: Pick<VerificationService, 'cancel'>;
  audit: AuditLog;
};

/** Lets go of numbers. */
export function phoneRemoving({ database, now, verifications, audit }: Needs) {
  /** Lets go of the viewer's number, and of a code that is under way. @throws DomainError `not_found` */
  async function remove(viewer: Viewer, address: string): Promise<void> {
    const { accountId } = viewer;
    const number = (await findAccount(database, accountId))?.phone;
    if (!number) throw new DomainError('not_found', 'Your account has no phone number.');
    await database.transaction(async (tx) => {
      await letGo(tx, accountId, { phone: null, at: now().toISOString() });
      await verifications.cancel(tx, accountId, [purpose]);
      await emit(tx, now(), 'account.changed', { accountId, what: 'phone' });
      await audit.record(tx, phoneEntry('phone.removed', { accountId, address, number }));
    });
  }

  return { remove };
}
