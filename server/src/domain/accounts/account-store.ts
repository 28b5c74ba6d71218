import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { AccountNameRow, AccountRow } from '../../db/schema.ts';
import type { AccountCard } from './account.ts';

type CountColumn = 'post_count' | 'follower_count' | 'following_count' | 'media_bytes';

type CardRow = {
  id: number;
  username: string;
  display_name: string;
  avatar_key: string | null;
  avatar_blurhash: string | null;
};

export async function insertAccount(tx: Tx, row: AccountRow): Promise<void> {
  await tx.insertInto('accounts').values(row).execute();
}

/** Claims a folded name for an account. False when another account holds it. */
export function insertAccountName(tx: Tx, row: AccountNameRow): Promise<boolean> {
  return insertIgnore(tx, 'account_names', row);
}

export async function deleteAccountNames(
  tx: Tx,
  accountId: number,
  kind?: AccountNameRow['kind'],
): Promise<void> {
  let query = tx.deleteFrom('account_names').where('account_id', '=', accountId);
  if (kind) query = query.where('kind', '=', kind);
  await query.execute();
}

/** The account that holds a folded name of any of these kinds, unless it is deleted. */
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
    .where('account_names.kind', 'in', args.kinds)
    .where('accounts.deleted_at', 'is', null),
);

/** An account that is not deleted. */
export async function findAccount(db: Db, id: number): Promise<AccountRow | null> {
  const rows = await accountById(db, { id });
  return rows[0] ?? null;
}

const accountById = prepared((db, args: { id: number }) =>
  db.selectFrom('accounts').selectAll().where('id', '=', args.id).where('deleted_at', 'is', null),
);

/** Cards of accounts by id; deleted ones are left out. */
export async function readAccountCards(
  db: Db,
  ids: readonly number[],
): Promise<Map<number, AccountCard>> {
  if (ids.length === 0) return new Map();
  const rows = await accountCards(db, { ids: [...new Set(ids)] });
  return new Map(rows.map((row) => [row.id, cardOf(row)]));
}

const accountCards = prepared((db, args: { ids: number[] }) => cardsById(db, args.ids));

/** Cards of accounts by id; disabled and deleted ones are left out. */
export async function readActiveAccountCards(
  db: Db,
  ids: readonly number[],
): Promise<Map<number, AccountCard>> {
  if (ids.length === 0) return new Map();
  const rows = await activeAccountCards(db, { ids: [...new Set(ids)] });
  return new Map(rows.map((row) => [row.id, cardOf(row)]));
}

const activeAccountCards = prepared((db, args: { ids: number[] }) =>
  cardsById(db, args.ids).where('accounts.disabled_at', 'is', null),
);

function cardsById(db: Db, ids: readonly number[]) {
  return db
    .selectFrom('accounts')
    .leftJoin('media', (join) =>
      join.onRef('media.id', '=', 'accounts.avatar_media_id').on('media.state', '=', 'ready'),
    )
    .select([
      'accounts.id',
      'accounts.username',
      'accounts.display_name',
      'media.public_key as avatar_key',
      'media.blurhash as avatar_blurhash',
    ])
    .where('accounts.id', 'in', ids)
    .where('accounts.deleted_at', 'is', null);
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
    .where('name_key', 'in', args.nameKeys)
    .where('kind', '=', 'username'),
);

export async function updateAccount(
  tx: Tx,
  id: number,
  values: Partial<Omit<AccountRow, 'id' | CountColumn>>,
): Promise<void> {
  await tx.updateTable('accounts').set(values).where('id', '=', id).execute();
}

/**
 * Notes a login, and with it holds the account's row until the transaction ends: whoever changes the password or disables
 * the account waits, or is seen here. False when the account is disabled or deleted, or its password is another by now.
 */
export async function noteLogin(
  tx: Tx,
  id: number,
  { passwordHash, at }: { passwordHash?: string; at: string },
): Promise<boolean> {
  let query = tx
    .updateTable('accounts')
    .set({ last_login_at: at })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .where('deleted_at', 'is', null);
  if (passwordHash !== undefined) query = query.where('password_hash', '=', passwordHash);
  const { numUpdatedRows } = await query.executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Marks an account as deleted. False when it was already. */
export async function markAccountDeleted(tx: Tx, id: number, at: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('accounts')
    .set({ deleted_at: at, updated_at: at })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function deleteAccount(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('accounts').where('id', '=', id).execute();
}

/** Adds to a counter of an account, in the transaction that changes what it counts. */
export async function addToAccountCount(
  tx: Tx,
  id: number,
  column: CountColumn,
  amount: number,
): Promise<void> {
  await tx
    .updateTable('accounts')
    .set((eb) => ({ [column]: eb(column, '+', amount) }))
    .where('id', '=', id)
    .execute();
}

/** Adds bytes to what an account keeps unless that exceeds its quota. False when it would. */
export async function addMediaBytesWithin(
  tx: Tx,
  id: number,
  bytes: number,
  quotaBytes: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('accounts')
    .set((eb) => ({ media_bytes: eb('media_bytes', '+', bytes) }))
    .where('id', '=', id)
    .where('media_bytes', '<=', quotaBytes - bytes)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

function cardOf(row: CardRow): AccountCard {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    avatar: row.avatar_key ? { publicKey: row.avatar_key, blurhash: row.avatar_blurhash } : null,
  };
}
