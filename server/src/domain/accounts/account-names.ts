import type { Db, Tx } from '../../db/database.ts';
import type { AccountNameRow, AccountRow } from '../../db/schema.ts';
import { idIn } from '../id.ts';
import { foldName, nameTaken } from './account.ts';
import {
  deleteAccountName,
  insertAccountName,
  listAccountNames,
  readTakenNames,
} from './account-name-store.ts';
import { readAccountIds } from './account-store.ts';
import { phoneNumberIn } from './phone-number.ts';

/** A folded name of an account; `field` is the name of the input. */
export type Name = { key: string; kind: AccountNameRow['kind']; field: string };

/** Kinds of names by which people sign in, and that derived usernames must not repeat. */
export const signInNames = ['username', 'email', 'login_name'] as const;

/** What an account is called by; the number is its own only once it was proved. */
export type NamedAccount = {
  username: string | null;
  email: string | null;
  loginName: string | null;
  provedPhone: string | null;
};

/**
 * Each name of an account once: one text may be its e-mail and its login name. A login name or an e-mail of an older contract
 * that reads as a phone number counts as that number too, however it is spelled, so that the owner of the number finds it.
 */
export function namesOf({ username, email, loginName, provedPhone }: NamedAccount): Name[] {
  const names = new Map<string, Name>();
  const add = (kind: Name['kind'], field: string, key: string | null) => {
    if (key !== null && key !== '' && !names.has(key)) names.set(key, { key, kind, field });
  };
  add('username', 'username', foldName(username ?? ''));
  add('email', 'email', foldName(email ?? ''));
  add('login_name', 'loginName', foldName(loginName ?? ''));
  add('login_name', 'loginName', phoneNumberIn(loginName ?? ''));
  add('login_name', 'email', phoneNumberIn(email ?? ''));
  add('phone', 'phone', provedPhone);
  return [...names.values()];
}

/** The names of an account, from its columns. */
export function namesOfRow(
  row: Pick<AccountRow, 'username' | 'email' | 'login_name' | 'phone' | 'phone_verified_at'>,
): Name[] {
  const { username, email, login_name: loginName, phone, phone_verified_at } = row;
  const provedPhone = phone_verified_at === null ? null : phone;
  return namesOf({ username, email, loginName, provedPhone });
}

/** Whether somebody has shown that a name is theirs, or cannot lose it: nobody proves a username. */
export function isProvenName(row: AccountRow, key: string): boolean {
  const { username, email, email_verified_at, phone, phone_verified_at } = row;
  return (
    foldName(username) === key ||
    (email_verified_at !== null && foldName(email ?? '') === key) ||
    (phone_verified_at !== null && phone === key)
  );
}

/**
 * Refuses names that somebody has, and those that are the number of another account, for commands take either. The unique
 * names decide, in the transaction that claims them.
 * @throws DomainError `taken` (the field)
 */
export async function checkNamesFree(db: Db, names: readonly Name[]): Promise<void> {
  const keys = names.map(({ key }) => key);
  const taken = await readTakenNames(db, keys);
  const numbers = await readAccountNumbers(db, keys);
  const name = names.find(({ key }) => taken.has(key) || numbers.has(key));
  if (name) throw nameTaken(name.field);
}

/** Those of some folded names that are the number of an account, deleted ones apart. */
export async function readAccountNumbers(db: Db, keys: readonly string[]): Promise<Set<string>> {
  const ids = keys.map(idIn).filter((id) => id !== null);
  const found = await readAccountIds(db, ids);
  return new Set(found.map(String));
}

/** Others may claim a name again while it changes hands. */
const maxAttempts = 3;

/**
 * Updates the rows of an account's names to its columns, which this transaction has written and so locked.
 * @param onTaken called for a name that another account has: it returns true once that account has released it, false to do
 *   without the name, or throws
 */
export async function writeNames(
  tx: Tx,
  account: AccountRow,
  onTaken: (name: Name) => Promise<boolean> | boolean,
): Promise<void> {
  const wanted = new Map(namesOfRow(account).map((name) => [name.key, name]));
  for (const { name_key: key, kind } of await listAccountNames(tx, account.id)) {
    if (wanted.get(key)?.kind === kind) wanted.delete(key);
    else await deleteAccountName(tx, account.id, key);
  }
  for (const name of wanted.values()) await claim(tx, account, name, onTaken);
}

async function claim(
  tx: Tx,
  { id }: AccountRow,
  name: Name,
  onTaken: (name: Name) => Promise<boolean> | boolean,
): Promise<void> {
  const row = { name_key: name.key, account_id: id, kind: name.kind };
  for (let attempt = 1; !(await insertAccountName(tx, row)); attempt += 1) {
    if (attempt === maxAttempts) throw nameTaken(name.field);
    if (!(await onTaken(name))) return;
  }
}
