import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { prepared, preparedWrite } from '../../db/prepared.ts';
import type { AccountRow } from '../../db/schema.ts';
import { accountIsActive, accountIsOpen, notBlocked } from '../visibility/visibility-store.ts';
import { searchKey } from './account.ts';

type CountColumn = 'post_count' | 'follower_count' | 'following_count' | 'media_bytes';

export async function insertAccount(tx: Tx, row: NewAccountRow): Promise<void> {
  await tx.insertInto('accounts').values(searchable(row)).execute();
}

/** Writes several accounts in one statement. */
export async function insertAccounts(tx: Tx, rows: readonly NewAccountRow[]): Promise<void> {
  if (rows.length > 0) await tx.insertInto('accounts').values(rows.map(searchable)).execute();
}

/** The store adds what accounts are searched by. */
export type NewAccountRow = Omit<AccountRow, 'display_name_key'>;

function searchable(row: NewAccountRow): AccountRow {
  return { ...row, display_name_key: searchKey(row.display_name) };
}

/** Those of some ids that are accounts which are not deleted. */
export async function readAccountIds(db: Db, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('accounts')
    .select('id')
    .where('id', 'in', ids)
    .where(accountIsOpen())
    .execute();
  return rows.map(({ id }) => id);
}

/** An account that is not deleted. */
export async function findAccount(db: Db, id: number): Promise<AccountRow | null> {
  const rows = await accountById(db, { id });
  return rows[0] ?? null;
}

const accountById = prepared((db, args: { id: number }) =>
  db.selectFrom('accounts').selectAll().where('id', '=', args.id).where(accountIsOpen()),
);

export async function updateAccount(
  tx: Tx,
  id: number,
  values: Partial<Omit<AccountRow, 'id' | 'display_name_key' | CountColumn>>,
): Promise<void> {
  const { display_name } = values;
  const key = display_name === undefined ? {} : { display_name_key: searchKey(display_name) };
  await tx
    .updateTable('accounts')
    .set({ ...values, ...key })
    .where('id', '=', id)
    .execute();
}

type AvatarColumns = Pick<AccountRow, 'avatar_media_id' | 'next_avatar_media_id'>;

/** Changes which picture is the profile picture, and which is to be. False when they are no longer those that were read. */
export async function exchangeAvatars(
  tx: Tx,
  { id, avatar_media_id: shown, next_avatar_media_id: next }: AvatarColumns & { id: number },
  values: AvatarColumns & Pick<AccountRow, 'updated_at'>,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('accounts')
      .set(values)
      .where('id', '=', id)
      .where('avatar_media_id', shown === null ? 'is' : '=', shown)
      .where('next_avatar_media_id', next === null ? 'is' : '=', next),
  );
}

/** Sets the number of an account, proved or not, or takes it away. False when the account is deleted. */
export async function setAccountPhone(
  tx: Tx,
  id: number,
  { phone, verifiedAt, at }: { phone: string | null; verifiedAt: string | null; at: string },
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('accounts')
      .set({ phone, phone_verified_at: verifiedAt, updated_at: at })
      .where('id', '=', id)
      .where(accountIsOpen()),
  );
}

/**
 * Locks an account's row until the transaction ends, so that other changes of its access wait. What is read
 * of it after is current. False when the account is deleted.
 */
export async function lockAccount(tx: Tx, id: number, at: string): Promise<boolean> {
  return changedOne(
    tx.updateTable('accounts').set({ updated_at: at }).where('id', '=', id).where(accountIsOpen()),
  );
}

/**
 * Records a login, which locks the account's row until the transaction ends: a transaction that changes the password or disables
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
    .where(accountIsActive());
  if (passwordHash !== undefined) query = query.where('password_hash', '=', passwordHash);
  return changedOne(query);
}

/**
 * Sets a password, which locks the account's row until the transaction ends: a login with the former one waits, and
 * then fails. False when the account is disabled or deleted, or its password is not `from` any more.
 */
export async function replacePassword(
  tx: Tx,
  id: number,
  { from, to, at }: { from?: string | null; to: string; at: string },
): Promise<boolean> {
  let query = tx
    .updateTable('accounts')
    .set({ password_hash: to, updated_at: at })
    .where('id', '=', id)
    .where(accountIsActive());
  if (from === null) query = query.where('password_hash', 'is', null);
  else if (from !== undefined) query = query.where('password_hash', '=', from);
  return changedOne(query);
}

/** Notes that mail to this address reaches the account's owner. False when that was known, or it has another by now. */
export async function markEmailVerified(
  tx: Tx,
  id: number,
  email: string,
  at: string,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('accounts')
      .set({ email_verified_at: at })
      .where('id', '=', id)
      .where('email', '=', email)
      .where('email_verified_at', 'is', null),
  );
}

/** Replaces the hash of an unchanged password. False when it is another by now. */
export async function replacePasswordHash(
  tx: Tx,
  id: number,
  from: string,
  to: string,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('accounts')
      .set({ password_hash: to })
      .where('id', '=', id)
      .where('password_hash', '=', from),
  );
}

/**
 * Locks the rows of all admins who are not disabled until the transaction ends, and counts them. The rows are written, not
 * only locked, so that the nodes of a cluster notice each other as well.
 */
export async function lockAdmins(tx: Tx, at: string): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('accounts')
    .set({ updated_at: at })
    .where('role', '=', 'admin')
    .where(accountIsActive())
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Marks an account as deleted. False when it was already. */
export async function markAccountDeleted(tx: Tx, id: number, at: string): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('accounts')
      .set({ deleted_at: at, updated_at: at })
      .where('id', '=', id)
      .where(accountIsOpen()),
  );
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
  await addTo[column](tx, { id, amount });
}

const addTo = {
  post_count: addsTo('post_count'),
  follower_count: addsTo('follower_count'),
  following_count: addsTo('following_count'),
  media_bytes: addsTo('media_bytes'),
};

function addsTo(column: CountColumn) {
  return preparedWrite((tx, args: { id: number; amount: number }) =>
    tx
      .updateTable('accounts')
      .set((eb) => ({ [column]: eb(column, '+', args.amount) }))
      .where('id', '=', args.id),
  );
}

/** Counts a follow, or one less, on both sides. One statement, which locks both rows in the order of their ids. */
export async function addToFollowCounts(
  tx: Tx,
  ends: { followerId: number; followeeId: number; amount: number },
): Promise<void> {
  await addFollow(tx, ends);
}

/**
 * Counts a follow that the transaction has written, as `addToFollowCounts` does. False when a block between the two was committed
 * meanwhile: a block locks both accounts, so that the insertion has waited for it.
 */
export async function countFollow(
  tx: Tx,
  ends: { followerId: number; followeeId: number },
): Promise<boolean> {
  return (await addNewFollow(tx, { ...ends, amount: 1 })) === 2;
}

type FollowCount = { followerId: number; followeeId: number; amount: number };

const addNewFollow = preparedWrite((tx, args: FollowCount) =>
  followCounts(tx, args).where(notBlocked(args.followerId, args.followeeId)),
);

const addFollow = preparedWrite((tx, args: FollowCount) => followCounts(tx, args));

function followCounts(tx: Tx, args: FollowCount) {
  return tx
    .updateTable('accounts')
    .set((eb) => {
      const addedTo = (column: 'following_count' | 'follower_count', id: number) =>
        eb
          .case()
          .when('id', '=', id)
          .then(eb(column, '+', args.amount))
          .else(eb.ref(column))
          .end();
      return {
        following_count: addedTo('following_count', args.followerId),
        follower_count: addedTo('follower_count', args.followeeId),
      };
    })
    .where('id', 'in', [args.followerId, args.followeeId]);
}

/** Adds bytes to what an account keeps unless that exceeds its quota. False when it would. */
export async function addMediaBytesWithin(
  tx: Tx,
  id: number,
  bytes: number,
  quotaBytes: number,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('accounts')
      .set((eb) => ({ media_bytes: eb('media_bytes', '+', bytes) }))
      .where('id', '=', id)
      .where('media_bytes', '<=', quotaBytes - bytes)
      .where(accountIsOpen()),
  );
}
