import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { checkNameKey, foldName, nameTaken, noSuchAccount } from './account.ts';
import { readAccountNumbers, writeNames } from './account-names.ts';
import { findAccount, updateAccount } from './account-store.ts';

type Called = Pick<AccountRow, 'username' | 'login_name'>;

/** What an account is called where its login name counts. */
export function loginNameOf({ username, login_name }: Called): string {
  return login_name ?? username;
}

/** The same for others who must not learn an address that somebody signs in with. */
export function publicNameOf(account: Called): string {
  return account.login_name?.includes('@') ? account.username : loginNameOf(account);
}

/**
 * Changes the login name of an account: a free text that its owner signs in with and that others see. The account's row is locked
 * by this transaction already. @throws DomainError `invalid` · `taken` (loginName)
 */
export async function replaceLoginName(
  tx: Tx,
  { id }: Pick<AccountRow, 'id'>,
  loginName: string,
  at: string,
): Promise<void> {
  const field = 'loginName';
  checkNameKey(field, loginName);
  const numbers = await readAccountNumbers(tx, [foldName(loginName)]);
  if (numbers.size > 0 && !numbers.has(String(id))) throw nameTaken(field);
  await updateAccount(tx, id, { login_name: loginName, display_name: loginName, updated_at: at });
  const account = await findAccount(tx, id);
  if (!account) throw noSuchAccount();
  await writeNames(tx, account, (name) => {
    if (name.field === field) throw nameTaken(field);
    return false;
  });
}
