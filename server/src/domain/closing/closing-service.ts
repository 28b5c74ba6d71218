import type { Database } from '../../db/database.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { findAccount, lockAdmins } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkAdminRemains } from '../authority.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { closeAccount } from './account-closing.ts';

export type ClosingService = ReturnType<typeof closingService>;

type Needs = { database: Database; now: Now; audit: AuditLog; checkOwner: OwnerCheck };

/** Lets people close their accounts. */
export function closingService({ database, now, audit, checkOwner }: Needs) {
  /**
   * Closes the viewer's account: its names are free and its sessions over at once; its content follows.
   * @throws DomainError as `OwnerCheck` · `conflict` (the last admin)
   */
  async function closeMe(viewer: Viewer, proof: OwnerProof): Promise<void> {
    await checkOwner(viewer, proof);
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      // The role cannot change once the row is locked.
      await lockViewer(tx, viewer, at);
      const account = await findAccount(tx, accountId);
      if (!account) throw noSuchAccount();
      if (account.role === 'admin') checkAdminRemains(account, await lockAdmins(tx, at));
      await closeAccount(tx, accountId, now());
      await audit.record(tx, {
        action: 'account.deleted',
        accountId,
        actorId: accountId,
        address: proof.address,
        details: { username: account.username },
      });
    });
  }

  return { closeMe };
}
