import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { writeNames } from '../accounts/account-names.ts';
import { findAccount, setAccountPhone } from '../accounts/account-store.ts';

/**
 * Lets go of a number that was proved, and of the name with it.
 * @param phone what takes its place, still to be proved
 * @throws DomainError `not_found`
 */
export async function letGo(
  tx: Tx,
  accountId: number,
  { phone, at }: { phone: string | null; at: string },
): Promise<void> {
  await writeNames(tx, await setPhone(tx, accountId, { phone, verifiedAt: null, at }), () => false);
}

/**
 * Sets the number of an account. Locks its row until the end: a transaction that closes the account waits, or has committed
 * and is seen here.
 * @throws DomainError `not_found`
 */
export async function setPhone(
  tx: Tx,
  accountId: number,
  to: { phone: string | null; verifiedAt: string | null; at: string },
): Promise<AccountRow> {
  const isSet = await setAccountPhone(tx, accountId, to);
  const account = isSet ? await findAccount(tx, accountId) : null;
  if (!account) throw noSuchAccount();
  return account;
}
