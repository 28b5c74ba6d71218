import type { AccountRow } from '../../db/schema.ts';
import type { Role } from '../accounts/account.ts';
import type { Act } from '../authority.ts';

/** An account as moderators and admins see it. */
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
  /** How many of the newest to leave out, for clients that number their pages. */
  skip?: number;
};

export type AccountChange = {
  role?: Role;
  disabled?: boolean;
  /** Makes the password worthless, ends all sessions, and sends the owner a way to choose another. */
  forceReset?: true;
};

export function actOf(change: AccountChange): Act {
  return change.role === undefined && !change.forceReset ? 'disable' : 'govern';
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
