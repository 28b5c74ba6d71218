import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, idOf, roleAtFirst } from '../authority.ts';
import { DomainError } from '../errors.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
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
   * Invites that wait to be used, the newest first: the actor's own, or as an admin those of everybody, at most 1000.
   * @throws DomainError `forbidden`
   */
  async function list(actor: Pick<Actor, 'who'>): Promise<InviteView[]> {
    const role = roleAtFirst(actor);
    checkMay(role, 'invite');
    const { who } = actor;
    const of =
      who === 'operator' || role === 'admin'
        ? { limit: maxListed }
        : { accountId: who.accountId, limit: maxInvites };
    return (await verifications.listPending(database, 'invite', of)).map(inviteViewOf);
  }

  /**
   * Ends an invite that waits: the actor's own, or as an admin anybody's.
   * @throws DomainError `forbidden` · `not_found` (also when it was used or has expired)
   */
  async function revoke(actor: Actor, id: number): Promise<void> {
    const role = roleAtFirst(actor);
    checkMay(role, 'invite');
    const invite = await verifications.findById('invite', id);
    if (!invite || (role !== 'admin' && invite.accountId !== idOf(actor))) throw noSuchInvite();
    await database.transaction(async (tx) => {
      await verifications.consume(tx, invite).catch((error: unknown) => {
        throw error instanceof DomainError && error.code === 'gone' ? noSuchInvite() : error;
      });
      const entry = { action: 'invite.revoked', accountId: null } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { inviteId: id } });
    });
  }

  return { list, revoke };
}

function noSuchInvite(): DomainError {
  return new DomainError('not_found', 'This invite does not exist or has been used.');
}
