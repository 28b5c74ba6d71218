import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import type { AccountNameRow, AccountRow } from '../../db/schema.ts';
import { accountIsOpen } from '../visibility/visibility-store.ts';

/** Claims several folded names in one statement. One that is taken fails all. */
export async function insertAccountNames(tx: Tx, rows: readonly AccountNameRow[]): Promise<void> {
  if (rows.length > 0)
    await tx
      .insertInto('account_names')
      .values([...rows])
      .execute();
}

/** Claims a folded name for an account. False when another account has it. */
export function insertAccountName(tx: Tx, row: AccountNameRow): Promise<boolean> {
  return insertIgnore(tx, 'account_names', row);
}

/** All rows of an account's names. */
export function listAccountNames(db: Db, accountId: number): Promise<AccountNameRow[]> {
  return db.selectFrom('account_names').selectAll().where('account_id', '=', accountId).execute();
}

/** Id of the account that has a folded name of any kind; null when it is free. */
export async function findNameHolder(db: Db, nameKey: string): Promise<number | null> {
  const row = await db
    .selectFrom('account_names')
    .select('account_id')
    .where('name_key', '=', nameKey)
    .executeTakeFirst();
  return row?.account_id ?? null;
}

export async function deleteAccountNames(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('account_names').where('account_id', '=', accountId).execute();
}

/** Gives one folded name back. */
export async function deleteAccountName(tx: Tx, accountId: number, nameKey: string): Promise<void> {
  await tx
    .deleteFrom('account_names')
    .where('account_id', '=', accountId)
    .where('name_key', '=', nameKey)
    .execute();
}

/** Those of some folded names that are taken. */
export async function readTakenNames(db: Db, nameKeys: readonly string[]): Promise<Set<string>> {
  if (nameKeys.length === 0) return new Set();
  const rows = await takenNames(db, { nameKeys: [...nameKeys] });
  return new Set(rows.map((row) => row.name_key));
}

const takenNames = prepared((db, args: { nameKeys: string[] }) =>
  db
    .selectFrom('account_names')
    .select('name_key')
    .where(isAmong(db, 'name_key', args.nameKeys)),
);

/** The account that has a folded name of any of these kinds, unless it is deleted. */
export async function findAccountByName(
  db: Db,
  nameKey: string,
  kinds: readonly AccountNameRow['kind'][],
): Promise<AccountRow | null> {
  const rows = await accountByName(db, { nameKey, kinds: [...kinds] });
  return rows[0] ?? null;
}

const accountByName = prepared((db, args: { nameKey: string; kinds: AccountNameRow['kind'][] }) =>
  db
    .selectFrom('account_names')
    .innerJoin('accounts', 'accounts.id', 'account_names.account_id')
    .selectAll('accounts')
    .where('account_names.name_key', '=', args.nameKey)
    .where(isAmong(db, 'account_names.kind', args.kinds))
    .where(accountIsOpen()),
);

export type NameHolder = { id: number; createdAt: string };

/** The accounts that have folded names of any kind; free names are left out. */
export async function readNameHolders(
  db: Db,
  nameKeys: readonly string[],
): Promise<Map<string, NameHolder>> {
  if (nameKeys.length === 0) return new Map();
  const rows = await db
    .selectFrom('account_names')
    .innerJoin('accounts', 'accounts.id', 'account_names.account_id')
    .select(['account_names.name_key', 'accounts.id', 'accounts.created_at'])
    .where('account_names.name_key', 'in', [...new Set(nameKeys)])
    .execute();
  return new Map(
    rows.map(({ name_key, id, created_at }) => [name_key, { id, createdAt: created_at }]),
  );
}

/** Ids of accounts by folded username; deleted ones have no name. */
export async function readUsernameIds(
  db: Db,
  nameKeys: readonly string[],
): Promise<Map<string, number>> {
  if (nameKeys.length === 0) return new Map();
  const rows = await usernames(db, { nameKeys: [...nameKeys] });
  return new Map(rows.map((row) => [row.name_key, row.account_id]));
}

const usernames = prepared((db, args: { nameKeys: string[] }) =>
  db
    .selectFrom('account_names')
    .select(['name_key', 'account_id'])
    .where(isAmong(db, 'name_key', args.nameKeys))
    .where('kind', '=', 'username'),
);
