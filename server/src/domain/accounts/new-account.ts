import type { AccountRow } from '../../db/schema.ts';
import type { Role } from './account.ts';
import type { NewAccountRow } from './account-store.ts';

type NewAccount = {
  id: number;
  username: string;
  email: string | null;
  /** When somebody showed that the e-mail is theirs; not yet by default. */
  emailVerifiedAt?: string | null;
  /** Null: the username. */
  displayName: string | null;
  loginName?: string;
  bio?: string;
  language?: AccountRow['language'];
  /** Null: there is another way in. */
  passwordHash: string | null;
  role: Role;
  at: string;
};

/** An account as it begins. */
export function newAccountRow(of: NewAccount): NewAccountRow {
  return {
    id: of.id,
    username: of.username,
    email: of.email,
    email_verified_at: of.emailVerifiedAt ?? null,
    phone: null,
    phone_verified_at: null,
    language: of.language ?? 'en',
    last_login_at: null,
    login_name: of.loginName ?? null,
    display_name: of.displayName ?? of.username,
    bio: of.bio ?? '',
    role: of.role,
    password_hash: of.passwordHash,
    recovered_at: null,
    avatar_media_id: null,
    next_avatar_media_id: null,
    post_count: 0,
    follower_count: 0,
    following_count: 0,
    media_bytes: 0,
    created_at: of.at,
    updated_at: of.at,
    disabled_at: null,
    deleted_at: null,
  };
}
