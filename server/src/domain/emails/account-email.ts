import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName, noSuchAccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/account-store.ts';

/** @throws DomainError `not_found` */
export async function readAccount(database: Database, id: number): Promise<AccountRow> {
  const account = await findAccount(database, id);
  if (!account) throw noSuchAccount();
  return account;
}

/** Whether an address is that of an account, in any case. */
export function isEmailOf({ email }: AccountRow, other: string): boolean {
  return email !== null && foldName(email) === foldName(other);
}
