import type { Database } from '../../db/database.ts';
import { foldName } from '../accounts/account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError, invalid } from '../errors.ts';
import type { Viewer } from '../sessions/session.ts';
import type { Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';

export type InviteService = ReturnType<typeof inviteService>;

type Needs = {
  database: Database;
  audit: AuditLog;
  verifications: VerificationService;
};

export type Invite = { token: string; email: string | null; expiresAt: string };

const inviteMs = 7 * 24 * 3_600_000;

/** Lets moderators invite people, who may then sign up although sign-ups are closed. */
export function inviteService({ database, audit, verifications }: Needs) {
  /** Makes an invite for one account, bound to an e-mail or not. @throws DomainError `forbidden` */
  async function create(viewer: Viewer, email: string | null, address: string): Promise<Invite> {
    if (viewer.role === 'user') throw new DomainError('forbidden', 'This is for moderators.');
    const row = await verifications.prepare({
      purpose: 'invite',
      accountId: null,
      subject: email ?? '',
      details: { invitedBy: viewer.accountId },
      lifeMs: inviteMs,
    });
    await database.transaction(async (tx) => {
      await verifications.issue(tx, row);
      await audit.record(tx, {
        action: 'invite.created',
        accountId: null,
        actorId: viewer.accountId,
        address,
        details: { inviteId: row.id },
      });
    });
    return { token: verifications.tokenOf(row), email, expiresAt: row.expires_at };
  }

  /**
   * The invite behind a token, to be consumed in the transaction that makes the account.
   * @throws DomainError `invalid` (invite) · `gone` · `expired`
   */
  async function find(token: string, email: string | null): Promise<Verification> {
    const invite = await verifications.findByToken('invite', token, 'invite');
    const isFor = invite.subject === '' || foldName(invite.subject) === foldName(email ?? '');
    if (!isFor) throw invalid('invite', 'is for another e-mail address');
    return invite;
  }

  return { create, find };
}
