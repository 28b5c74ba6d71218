import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { isAfterPlace } from '../../db/place.ts';
import type { AccountRow, GroupMemberRow, GroupRow } from '../../db/schema.ts';
import type { DatedPageRequest } from '../paging.ts';
import { accountIsOpen } from '../visibility/visibility-store.ts';

/** False when another group has the name. */
export function insertGroup(tx: Tx, row: GroupRow): Promise<boolean> {
  return insertIgnore(tx, 'groups', row);
}

export async function findGroup(db: Db, id: number): Promise<GroupRow | null> {
  const row = await db.selectFrom('groups').selectAll().where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

export async function findGroupByName(db: Db, nameKey: string): Promise<GroupRow | null> {
  const query = db.selectFrom('groups').selectAll().where('name_key', '=', nameKey);
  return (await query.executeTakeFirst()) ?? null;
}

/** The newest first; one more than asked for. */
export function listGroups(db: Db, { before, limit }: DatedPageRequest): Promise<GroupRow[]> {
  const query = db
    .selectFrom('groups')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  const after = before ? query.where(isAfterPlace(['created_at', 'id'], before)) : query;
  return after.execute();
}

/** Locks a group's row until the transaction ends: its members and events change one at a time. False when it is gone. */
export async function lockGroup(tx: Tx, id: number): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('groups')
      .set((eb) => ({ member_count: eb.ref('member_count') }))
      .where('id', '=', id),
  );
}

/** Deletes a group without events, and with it who belongs to it. */
export async function deleteGroup(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('group_members').where('group_id', '=', id).execute();
  await tx.deleteFrom('groups').where('id', '=', id).execute();
}

/** False when the account is a member already. */
export function insertMember(tx: Tx, row: GroupMemberRow): Promise<boolean> {
  return insertIgnore(tx, 'group_members', row);
}

/** Counts one member more, unless there are `max`. False when there are. */
export async function countMemberWithin(tx: Tx, groupId: number, max: number): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('groups')
      .set((eb) => ({ member_count: eb('member_count', '+', 1) }))
      .where('id', '=', groupId)
      .where('member_count', '<', max),
  );
}

/** Takes an account out of a group, and counts one less. False when it is no member. */
export async function deleteMember(tx: Tx, groupId: number, accountId: number): Promise<boolean> {
  const member = tx
    .deleteFrom('group_members')
    .where('group_id', '=', groupId)
    .where('account_id', '=', accountId);
  if (!(await changedOne(member))) return false;
  await tx
    .updateTable('groups')
    .set((eb) => ({ member_count: eb('member_count', '-', 1) }))
    .where('id', '=', groupId)
    .execute();
  return true;
}

/** An account, and when it became a member. */
export type MemberRow = AccountRow & { member_since: string };

/** Accounts of a group that are not deleted, the latest member first; one more than asked for. */
export function listMemberAccounts(
  db: Db,
  groupId: number,
  { before, limit }: DatedPageRequest,
): Promise<MemberRow[]> {
  const columns = ['group_members.created_at', 'group_members.account_id'] as const;
  const query = db
    .selectFrom('group_members')
    .innerJoin('accounts', 'accounts.id', 'group_members.account_id')
    .selectAll('accounts')
    .select('group_members.created_at as member_since')
    .where('group_members.group_id', '=', groupId)
    .where(accountIsOpen())
    .orderBy('group_members.created_at', 'desc')
    .orderBy('group_members.account_id', 'desc')
    .limit(limit + 1);
  return (before ? query.where(isAfterPlace(columns, before)) : query).execute();
}

/** Ids of members above an id, rising. */
export async function listMemberIds(
  db: Db,
  groupId: number,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom('group_members')
    .select('account_id')
    .where('group_id', '=', groupId)
    .where('account_id', '>', after)
    .orderBy('account_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.account_id);
}

/** Takes an account out of up to `limit` groups. True when it is in none. */
export async function deleteSomeMemberships(
  tx: Tx,
  accountId: number,
  limit: number,
): Promise<boolean> {
  const rows = await tx
    .selectFrom('group_members')
    .select('group_id')
    .where('account_id', '=', accountId)
    .orderBy('group_id')
    .limit(limit)
    .execute();
  for (const { group_id: groupId } of rows) {
    await lockGroup(tx, groupId);
    await deleteMember(tx, groupId, accountId);
  }
  return rows.length === 0;
}
