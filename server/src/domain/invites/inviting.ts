import type { Database, Tx } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, idOf, roleAtFirst } from '../authority.ts';
import { DomainError } from '../errors.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { type InviteView, inviteMs, maxInvites, operatorDetails } from './invite.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'prepare' | 'issueBeside' | 'listPending' | 'tokenOf'>;
};

export type NewInvite = InviteView & { token: string };

export type InviteWish = {
  /** The only address that it is for; null for anybody. */
  email: string | null;
  /** Default: seven days. */
  lifeMs?: number;
};

/** Makes invites. */
export function inviting({ database, now, audit, verifications }: Needs) {
  /**
   * Makes an invite for one account, bound to an e-mail or not. It ends with the rights of its maker; the operator's does not,
   * and of those any number may wait.
   * @throws DomainError `forbidden` · `conflict` (too many wait)
   */
  async function create(actor: Actor, { email, lifeMs }: InviteWish): Promise<NewInvite> {
    checkMay(roleAtFirst(actor), 'invite');
    const accountId = idOf(actor);
    const row = await verifications.prepare({
      purpose: 'invite',
      accountId,
      subject: email ?? '',
      details: accountId === null ? operatorDetails : {},
      lifeMs: lifeMs ?? inviteMs,
    });
    await database.transaction(async (tx) => {
      if (actor.who !== 'operator') await checkMaker(tx, actor.who);
      await verifications.issueBeside(tx, row);
      const entry = { action: 'invite.created', accountId: null } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { inviteId: row.id } });
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

  async function checkMaker(tx: Tx, viewer: Viewer): Promise<void> {
    await lockViewer(tx, viewer, now().toISOString());
    const of = { accountId: viewer.accountId, limit: maxInvites };
    const pending = await verifications.listPending(tx, 'invite', of);
    if (pending.length < maxInvites) return;
    throw new DomainError('conflict', 'Too many invites are pending; revoke some first.');
  }

  return { create };
}
