import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import { DomainError, invalid } from '../errors.ts';
import { takeFrom } from '../limits.ts';
import type { Counters, Now, PasswordHasher } from '../ports.ts';
import type { Viewer } from '../sessions/session.ts';
import { findSession } from '../sessions/session-store.ts';

type Needs = { database: Database; now: Now; passwords: PasswordHasher; counters: Counters };

/** What somebody sends along to show that the account is theirs; null: nothing. */
export type OwnerProof = {
  password: string | null;
  /** The field that it came in; default: `password`. */
  field?: string;
  address: string;
};

export type OwnerCheck = (
  viewer: Viewer,
  proof: Pick<OwnerProof, 'password' | 'field'>,
) => Promise<AccountRow>;

/** How young a session must be to stand for a password that the account does not have. */
const freshSessionMs = 10 * 60 * 1000;
const guesses = { max: 10, windowMs: 15 * 60 * 1000 };

/**
 * Asks for the password again, before something changes how to get in: a session alone may be a borrowed phone. Accounts
 * without a password need to have signed in within the last ten minutes. Gives the account as it was checked.
 * @throws DomainError `invalid` (the field) · `wrong_password` · `forbidden` (the session is old) · `rate_limited`
 */
export function ownerCheck({ database, now, passwords, counters }: Needs): OwnerCheck {
  async function checkFresh(viewer: Viewer): Promise<void> {
    const session = await findSession(database, viewer.sessionId);
    const oldestAt = new Date(now().getTime() - freshSessionMs).toISOString();
    if (session && session.created_at >= oldestAt) return;
    throw new DomainError(
      'forbidden',
      'The account has no password, so this works within ten minutes after signing in. Sign in again.',
    );
  }

  return async (viewer, { password, field = 'password' }) => {
    const account = await findAccount(database, viewer.accountId);
    if (!account) throw new DomainError('revoked_token', 'The session has ended; sign in again.');
    if (account.password_hash === null) {
      if (password !== null) throw invalid(field, 'must be left out: there is none yet');
      await checkFresh(viewer);
      return account;
    }
    if (password === null) throw invalid(field, 'is needed');
    const key = `owner:${account.id}`;
    await takeFrom(counters, [{ key, ...guesses }]);
    if (!(await passwords.verify(account.password_hash, password))) {
      throw new DomainError('wrong_password', 'The password is wrong.');
    }
    await counters.clear(key);
    return account;
  };
}
