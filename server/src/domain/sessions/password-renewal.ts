import type { Database } from '../../db/database.ts';
import { findAccount, replacePasswordHash } from '../accounts/account-store.ts';
import type { PasswordHasher } from '../ports.ts';

type Needs = { database: Database; passwords: PasswordHasher };

/** Replaces a hash of an older kind, once its password was right, and returns the hash that is valid from now on. */
export type PasswordRenewal = (
  accountId: number,
  hash: string,
  password: string,
) => Promise<string>;

/** The update is conditional: a password that was changed meanwhile stays changed. */
export function passwordRenewal({ database, passwords }: Needs): PasswordRenewal {
  return async (accountId, hash, password) => {
    if (!passwords.needsRehash(hash)) return hash;
    const renewed = await passwords.hash(password);
    const isRenewed = await database.transaction((tx) =>
      replacePasswordHash(tx, accountId, hash, renewed),
    );
    if (isRenewed) return renewed;
    // Another login with the same password may have been faster.
    const current = (await findAccount(database, accountId))?.password_hash;
    return current && (await passwords.verify(current, password)) ? current : hash;
  };
}
