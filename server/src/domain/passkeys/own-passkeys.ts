import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { type PasskeyView, passkeyViewOf } from './passkey.ts';
import { noteChange } from './passkey-change.ts';
import { deletePasskey, listPasskeys } from './passkey-store.ts';

type Needs = { database: Database; now: Now; audit: AuditLog; checkOwner: OwnerCheck };

/** Lists and removes the passkeys of viewers. */
export function ownPasskeys({ database, now, audit, checkOwner }: Needs) {
  /** The viewer's, the newest first. */
  async function list({ accountId }: Viewer): Promise<PasskeyView[]> {
    return (await listPasskeys(database, accountId)).map(passkeyViewOf);
  }

  /** @throws DomainError as `OwnerCheck` · `not_found` */
  async function remove(
    viewer: Viewer,
    { id, ...proof }: { id: number } & OwnerProof,
  ): Promise<void> {
    await checkOwner(viewer, proof);
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, now().toISOString());
      if (!(await deletePasskey(tx, accountId, id))) {
        throw new DomainError('not_found', 'There is no such passkey.');
      }
      const removed = { id, account_id: accountId };
      await noteChange(tx, { now, audit }, 'second-factor.removed', removed, proof.address);
    });
  }

  return { list, remove };
}
