import type { Database } from '../../db/database.ts';
import { foldName } from '../accounts/account.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkMay, may, roleAtFirst } from '../authority.ts';
import { dayMs } from '../durations.ts';
import { DomainError, invalid } from '../errors.ts';
import type { Now } from '../ports.ts';
import type { Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { isActive } from '../visibility/visibility.ts';

export type InviteService = ReturnType<typeof inviteService>;

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  verifications: VerificationService;
};

/** An invite as it is listed: its token is shown to nobody again. */
export type InviteView = {
  id: number;
  email: string | null;
  /** Account of the moderator who made it. */
  madeBy: number;
  createdAt: string;
  expiresAt: string;
};

export type NewInvite = InviteView & { token: string };

const inviteMs = 7 * dayMs;
/** How many of one moderator may wait at a time. */
const maxInvites = 100;
/** How many an admin sees, of all moderators. */
const maxListed = 1000;

/** Lets moderators invite people, who may then sign up although sign-ups are closed. */
export function inviteService({ database, now, audit, verifications }: Needs) {
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
        throw new DomainError('conflict', 'Too many invites wait; revoke some first.');
      }
      await verifications.issueBeside(tx, row);
      await note(tx, 'invite.created', row.id, { actorId: accountId, address });
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

  /**
   * Invites that wait to be used, the newest first: the viewer's own, or as an admin those of everybody, at most 1000.
   * @throws DomainError `forbidden`
   */
  async function list(viewer: Viewer): Promise<InviteView[]> {
    checkMay(roleAtFirst({ who: viewer }), 'invite');
    const { accountId } = viewer;
    const of = viewer.role === 'admin' ? { limit: maxListed } : { accountId, limit: maxInvites };
    return (await verifications.listPending(database, 'invite', of)).map(viewOf);
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
      await note(tx, 'invite.revoked', id, { actorId: viewer.accountId, address });
    });
  }

  function note(
    tx: Parameters<AuditLog['record']>[0],
    action: 'invite.created' | 'invite.revoked',
    inviteId: number,
    by: { actorId: number; address: string },
  ): Promise<void> {
    return audit.record(tx, { action, accountId: null, ...by, details: { inviteId } });
  }

  /**
   * The invite behind a token, to be consumed in the transaction that makes the account.
   * @throws DomainError `invalid` (invite) · `gone` (also when its maker may not invite any more) · `expired`
   */
  async function find(token: string, email: string | null): Promise<Verification> {
    const invite = await verifications.findByToken('invite', token, 'invite');
    const isFor = invite.subject === '' || foldName(invite.subject) === foldName(email ?? '');
    if (!isFor) throw invalid('invite', 'is for another e-mail address');
    // Those that wait are ended with the rights; one that was being made at that moment is not.
    const maker = await findAccount(database, invite.accountId ?? 0);
    if (!maker || !isActive(maker) || !may(maker.role, 'invite')) {
      throw new DomainError('gone', 'The moderator who made this invite may no longer invite.');
    }
    return invite;
  }

  return { create, list, revoke, find };
}

function viewOf({ id, subject, accountId, createdAt, expiresAt }: Verification): InviteView {
  const email = subject === '' ? null : subject;
  return { id, email, madeBy: accountId ?? 0, createdAt, expiresAt };
}

function noSuchInvite(): DomainError {
  return new DomainError('not_found', 'There is no such invite, or it was used.');
}
