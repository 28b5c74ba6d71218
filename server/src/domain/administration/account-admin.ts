import type { AccountRow } from '../../db/schema.ts';
import { type Role, roleRanks } from '../accounts/account.ts';
import { DomainError } from '../errors.ts';
import type { Viewer } from '../sessions/session.ts';

/** Who looks after accounts: somebody who is signed in, or whoever runs the program, who may do everything. */
export type Actor = { who: Viewer | 'operator'; address: string };

export const operator: Actor = { who: 'operator', address: 'command line' };

/** An account as those see it who look after accounts. */
export type AccountRecord = {
  id: number;
  username: string;
  displayName: string;
  email: string | null;
  emailVerified: boolean;
  phone: string | null;
  phoneVerified: boolean;
  role: Role;
  /** False where only other ways in are left, or none: see `forceReset`. */
  hasPassword: boolean;
  createdAt: string;
  lastLoginAt: string | null;
  disabledAt: string | null;
};

export type AccountFilter = {
  /** How a username, an e-mail or a display name begins, in any case. */
  q?: string | undefined;
  role?: Role | undefined;
  state?: 'active' | 'disabled' | undefined;
};

export type AccountChange = {
  role?: Role;
  disabled?: boolean;
  /** Makes the password worthless, ends all sessions, and sends the owner a way to choose another. */
  forceReset?: true;
};

/** What somebody asks for, as far as it decides whether they may. */
export type Act = 'look' | 'disable' | 'govern';

/** The role that each act needs, at least. */
const neededRole: Record<Act, Role> = { look: 'moderator', disable: 'moderator', govern: 'admin' };

/** @throws DomainError `forbidden` */
export function checkMay(role: Role, act: Act): void {
  if (roleRanks[role] < roleRanks[neededRole[act]]) throw forbidden();
}

export function actOf(change: AccountChange): Act {
  return change.role === undefined && !change.forceReset ? 'disable' : 'govern';
}

/**
 * Whether this actor may touch this account at all: moderators look after users alone, and nobody after themselves.
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
  if (target.role !== 'admin' || target.disabled_at !== null || admins > 1) return;
  throw new DomainError(
    'conflict',
    'This is the last admin; make somebody else an admin first, or nobody could.',
  );
}

export function forbidden(): DomainError {
  return new DomainError('forbidden', 'Your role does not allow this.');
}

export function recordOf(row: AccountRow): AccountRecord {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    emailVerified: row.email_verified_at !== null,
    phone: row.phone,
    phoneVerified: row.phone_verified_at !== null,
    role: row.role,
    hasPassword: row.password_hash !== null,
    createdAt: row.created_at,
    lastLoginAt: row.last_login_at,
    disabledAt: row.disabled_at,
  };
}
