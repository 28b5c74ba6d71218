import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkMay, roleAtFirst } from '../authority.ts';
import { DomainError } from '../errors.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { type InviteView, inviteViewOf, maxInvites } from './invite.ts';

type Needs = {
  database: Database;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'listPending' | 'findById' | 'consume'>;
};

/** How many an admin sees, of all moderators. */
const maxListed = 1000;

/** Lists invites that wait, and revokes them. */
export function pendingInvites({ database, audit, verifications }: Needs) {
  /**
   * Invites that wait to be used, the newest first: the viewer's own, or as an admin those of everybody, at most 1000.
   * @throws DomainError `forbidden`
   */
  async function list(viewer: Viewer): Promise<InviteView[]> {
    checkMay(roleAtFirst({ who: viewer }), 'invite');
    const { accountId } = viewer;
    const of = viewer.role === 'admin' ? { limit: maxListed } : { accountId, limit: maxInvites };
    return (await verifications.listPending(database, 'invite', of)).map(inviteViewOf);
  }

  /**
   * Ends an invite that waits: the viewer's own, or as an admin anybody's.
   * @throws DomainError `forbidden` · `not_found` (also when it was used or has expired)
   */
  async function revoke(viewer: Viewer, id: number, address: string): Promise<void> {
    checkMay(roleAtFirst({ who: viewer }), 'invite');
    const invite = await verifications.findById('invite', id);
    if (!invite || (viewer.role !== 'admin' && invite.accountId !== viewer.accountId)) {
      throw noSuchInvite();
    }
    await database.transaction(async (tx) => {
      await verifications.consume(tx, invite).catch((error: unknown) => {
        throw error instanceof DomainError && error.code === 'gone' ? noSuchInvite() : error;
      });
      const entry = { action: 'invite.revoked', accountId: null } as const;
      const by = { actorId: viewer.accountId, address };
      await audit.record(tx, { ...entry, ...by, details: { inviteId: id } });
    });
  }

  return { list, revoke };
}

function noSuchInvite(): DomainError {
  return new DomainError('not_found', 'This invite does not exist or has been used.');
}
