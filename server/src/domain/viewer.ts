import type { Role } from './accounts/account.ts';
import type { AppToken, Credential } from './credential.ts';

/** The signed-in account behind a request, once its credential was checked. */
export type Viewer = {
  accountId: number;
  sessionId: number;
  /** What the session may do: one that an app password opened never does more than a user. */
  role: Role;
  credential: Credential;
  /** When the access token ends, for what stays open longer than a request. */
  tokenExpiresAt?: string;
};

/** An app that acts for no account. */
export type AppOnly = { accountId: null; credential: AppToken };

/** Who or what a credential stands for. */
export type Principal = Viewer | AppOnly;

/** The role of an account as far as a session of it goes. */
export function roleOfSession(of: { role: Role; app_password_id: number | null }): Role {
  return of.app_password_id === null ? of.role : 'user';
}
