import type { Database } from '../../db/database.ts';
import { DomainError, invalid } from '../errors.ts';
import type { Counters, PasswordHasher } from '../ports.ts';
import { loginThrottle } from '../sessions/login-throttle.ts';
import type { Viewer } from '../sessions/session.ts';
import { findAccount } from './account-store.ts';

/** What somebody sends along to show that the account is theirs; null: nothing. */
export type OwnerProof = { password: string | null; address: string };

/** @throws DomainError `wrong_password` · `invalid` (password: missing) · `rate_limited` */
export type OwnerCheck = (viewer: Viewer, proof: OwnerProof) => Promise<void>;

type Needs = { database: Database; passwords: PasswordHasher; counters: Counters };

/**
 * Asks whoever is signed in for the password before they change how to get in: an open session alone must not be enough
 * to keep the account. Somebody who has none, for they come by social login, is believed.
 */
export function ownerCheck({ database, passwords, counters }: Needs): OwnerCheck {
  const throttle = loginThrottle(counters, 'confirmation');

  return async ({ accountId }, { password, address }) => {
    const account = await findAccount(database, accountId);
    if (account && account.password_hash === null) return;
    if (password === null) throw invalid('password', 'is needed for this');
    const attempt = { nameKey: String(accountId), address, isKnownAddress: false };
    await throttle.begin(attempt);
    const isRight = await passwords.verify(account?.password_hash ?? null, password);
    if (!isRight) throw new DomainError('wrong_password', 'The password is wrong.');
    await throttle.forgive(attempt);
  };
}
