import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { checkNameKey, foldName, nameTaken } from './account.ts';
import {
  deleteAccountNames,
  findAccountByName,
  insertAccountName,
  updateAccount,
} from './account-store.ts';

type Called = Pick<AccountRow, 'username' | 'login_name'>;

/** What an account is called where its login name counts. */
export function callNameOf({ username, login_name }: Called): string {
  return login_name ?? username;
}

/** The same for others who must not learn an address that somebody signs in with. */
export function publicNameOf(account: Called): string {
  return account.login_name?.includes('@') ? account.username : callNameOf(account);
}

/**
 * Calls an account otherwise: by a free text that its owner signs in with and that others see. The account's row is held
 * by this transaction already. @throws DomainError `invalid` · `taken` (loginName)
 */
export async function replaceCallName(
  tx: Tx,
  { id }: Pick<AccountRow, 'id'>,
  callName: string,
  at: string,
): Promise<void> {
  checkNameKey('loginName', callName);
  const nameKey = foldName(callName);
  await deleteAccountNames(tx, id, 'login_name');
  const holder = await findAccountByName(tx, nameKey, ['username', 'email']);
  if (holder?.id !== id) {
    const claim = { name_key: nameKey, account_id: id, kind: 'login_name' } as const;
    if (!(await insertAccountName(tx, claim))) throw nameTaken('loginName');
  }
  await updateAccount(tx, id, { login_name: callName, display_name: callName, updated_at: at });
}
