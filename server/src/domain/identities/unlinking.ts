import type { Database } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError } from '../errors.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import type { IdentityProvider, Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { identityViewOf } from './identity.ts';
import { noSuchIdentity, noteChange } from './identity-change.ts';
import { deleteIdentity, listIdentities } from './identity-store.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  providers: readonly IdentityProvider[];
};

/** Closes ways into the accounts of viewers. */
export function identityUnlinking({ database, now, audit, providers }: Needs) {
  /**
   * Closes a way into the viewer's account.
   * @throws DomainError `forbidden` (by app password) · `not_found` · `conflict` (it is the last)
   */
  async function unlink(viewer: Viewer, id: number, address: string): Promise<void> {
    checkScope(viewer, 'security');
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      // Two that are unlinked at once must not both see the other.
      await lockViewer(tx, viewer, now().toISOString());
      const rows = await listIdentities(tx, accountId);
      const row = rows.find((it) => it.id === id);
      if (!row) throw noSuchIdentity();
      const account = await findAccount(tx, accountId);
      const hasOther =
        rows.length > 1 ||
        Boolean(account?.password_hash) ||
        (await listPasskeys(tx, accountId)).length > 0;
      if (!hasOther) throw lastWayIn();
      await deleteIdentity(tx, id, accountId);
      const provider = identityViewOf(row, providers).provider;
      await noteChange(tx, { now, audit }, 'identity.unlinked', {
        accountId,
        address,
        provider,
        identityId: id,
      });
    });
  }

  return { unlink };
}

function lastWayIn(): DomainError {
  return new DomainError(
    'conflict',
    'This is the only way into the account. Set a password first, or link another identity.',
  );
}
