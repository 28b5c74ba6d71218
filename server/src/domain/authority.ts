import type { Tx } from '../db/database.ts';
import type { AccountRow } from '../db/schema.ts';
import { type Role, roleRanks } from './accounts/account.ts';
import { findAccount } from './accounts/account-store.ts';
import type { AuditEntry } from './audit/audit-log.ts';
import { checkScope } from './credential.ts';
import { DomainError } from './errors.ts';
import type { Viewer } from './viewer.ts';
import { isActive } from './visibility/visibility.ts';

/** Who administers: a signed-in moderator or admin, or the operator at the command line, who may do everything. */
export type Actor = { who: Viewer | 'operator'; address: string };

export const operator: Actor = { who: 'operator', address: 'command line' };

/** What somebody asks for, as far as it decides whether they may. */
export type Act = 'read' | 'disable' | 'moderate' | 'invite' | 'govern';

/** The role that each act needs, at least. */
const neededRole: Record<Act, Role> = {
  read: 'moderator',
  disable: 'moderator',
  moderate: 'moderator',
  invite: 'moderator',
  govern: 'admin',
};

export function may(role: Role, act: Act): boolean {
  return roleRanks[role] >= roleRanks[neededRole[act]];
}

/** @throws DomainError `forbidden` */
export function checkMay(role: Role, act: Act): void {
  if (!may(role, act)) throw forbidden();
}

/**
 * Whether this actor may touch this account at all: moderators may change users only, and nobody may change their own account here.
 * @throws DomainError `forbidden` · `conflict`
 */
export function checkMayTouch(actor: { id: number | null; role: Role }, target: AccountRow): void {
  if (actor.id === target.id) {
    throw new DomainError('conflict', 'This is your own account; ask another admin, or see /me.');
  }
  if (actor.role !== 'admin' && target.role !== 'user') throw forbidden();
}

/** @param admins how many there are that are not disabled @throws DomainError `conflict` */
export function checkAdminRemains(target: AccountRow, admins: number): void {
  if (target.role !== 'admin' || !isActive(target) || admins > 1) return;
  throw new DomainError(
    'conflict',
    'This is the last admin; make somebody else an admin first, or nobody could.',
  );
}

function forbidden(): DomainError {
  return new DomainError('forbidden', 'Your role does not allow this.');
}

/**
 * What an actor may do, as it was read with the session at the beginning of the request.
 * @throws DomainError `forbidden` for a session of an app password
 */
export function roleAtFirst({ who }: Pick<Actor, 'who'>): Role {
  if (who === 'operator') return 'admin';
  checkScope(who, 'admin');
  return who.role;
}

/** The same as it is now. @throws DomainError `forbidden` for one who may not even sign in any more */
export async function roleOf(tx: Tx, { who }: Actor): Promise<Role> {
  if (who === 'operator') return 'admin';
  checkScope(who, 'admin');
  const row = await findAccount(tx, who.accountId);
  if (!row || !isActive(row)) throw forbidden();
  return row.role;
}

/** Account of an actor; null for the operator of the program. */
export function idOf({ who }: Actor): number | null {
  return who === 'operator' ? null : who.accountId;
}

/** Who an entry of the audit log is by, and where they ask from. */
export function by(actor: Actor): Pick<AuditEntry, 'actorId' | 'address'> {
  return { actorId: idOf(actor), address: actor.address };
}
