import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkMay, roleAtFirst } from '../authority.ts';
import { dayMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { type InviteView, maxInvites } from './invite.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'prepare' | 'issueBeside' | 'listPending' | 'tokenOf'>;
};

export type NewInvite = InviteView & { token: string };

const inviteMs = 7 * dayMs;

/** Makes invites. */
export function inviting({ database, now, audit, verifications }: Needs) {
  /**
   * Makes an invite for one account, bound to an e-mail or not. It ends with the rights of its maker.
   * @throws DomainError `forbidden` · `conflict` (too many wait)
   */
  async function create(viewer: Viewer, email: string | null, address: string): Promise<NewInvite> {
    checkMay(roleAtFirst({ who: viewer }), 'invite');
    const { accountId } = viewer;
    const row = await verifications.prepare({
      purpose: 'invite',
      accountId,
      subject: email ?? '',
      lifeMs: inviteMs,
    });
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, now().toISOString());
      const pending = await verifications.listPending(tx, 'invite', {
        accountId,
        limit: maxInvites,
      });
      if (pending.length === maxInvites) {
        throw new DomainError('conflict', 'Too many invites are pending; revoke some first.');
      }
      await verifications.issueBeside(tx, row);
      const entry = { action: 'invite.created', accountId: null, actorId: accountId } as const;
      await audit.record(tx, { ...entry, address, details: { inviteId: row.id } });
    });
    const view = {
      id: row.id,
      email,
      madeBy: accountId,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
    };
    return { ...view, token: verifications.tokenOf(row) };
  }

  return { create };
}
