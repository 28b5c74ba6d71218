import type { Role } from './accounts/account.ts';
import { DomainError } from './errors.ts';

/** The signed-in account behind a request, once its token was checked. */
export type Viewer = {
  accountId: number;
  sessionId: number;
  /** What the session may do: one that an app password opened never does more than a user. */
  role: Role;
  /** Such a session changes nothing about how to get into the account. */
  isByAppPassword: boolean;
  /** When the access token ends, for what stays open longer than a request. */
  tokenExpiresAt?: string;
};

/** The role of an account as far as a session of it goes. */
export function roleOfSession(of: { role: Role; app_password_id: number | null }): Role {
  return of.app_password_id === null ? of.role : 'user';
}

/**
 * For what changes how to get into an account, or does what its role allows: an app password lies in the settings of a
 * program, and asks for no second factor.
 * @throws DomainError `forbidden`
 */
export function checkNotByAppPassword({ isByAppPassword }: Pick<Viewer, 'isByAppPassword'>): void {
  if (!isByAppPassword) return;
  throw new DomainError(
    'forbidden',
    'A session of an app password cannot do this; sign in with the password of the account.',
  );
}
