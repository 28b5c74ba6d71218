import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { GroupRow } from '../../db/schema.ts';
import { foldName, nameTaken, noSuchAccount } from '../accounts/account.ts';
import { lockAccount } from '../accounts/account-store.ts';
import { type AccountRecord, recordOf } from '../administration/account-admin.ts';
import type { AuditEntry, AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst, roleOf } from '../authority.ts';
import { DomainError } from '../errors.ts';
import {
  type DatedPageRequest,
  datedPageOf,
  type Page,
  type Place,
  placeOfRow,
} from '../paging.ts';
import type { Now } from '../ports.ts';
import { type Group, maxMembers, nameKeyOf, noSuchGroup } from './group.ts';
import { deleteEventsOf } from './group-event-store.ts';
import {
  countMemberWithin,
  deleteGroup,
  deleteMember,
  findGroup,
  findGroupByName,
  insertGroup,
  insertMember,
  listGroups,
  listMemberAccounts,
  lockGroup,
  type MemberRow,
} from './group-store.ts';

export type GroupService = ReturnType<typeof groupService>;

type Needs = { database: Database; newId: NewId; now: Now; audit: AuditLog };

/** Groups of accounts and who belongs to them: for admins. */
export function groupService({ database, newId, now, audit }: Needs) {
  /** @throws DomainError `forbidden` · `invalid` (name) · `taken` (name) */
  async function create(actor: Actor, name: string): Promise<Group> {
    checkMay(roleAtFirst(actor), 'govern');
    const row: GroupRow = {
      id: await newId('groups'),
      name,
      name_key: nameKeyOf(name),
      member_count: 0,
      created_at: now().toISOString(),
    };
    await database.transaction(async (tx) => {
      checkMay(await roleOf(tx, actor), 'govern');
      if (!(await insertGroup(tx, row))) throw nameTaken('name');
      await note(tx, actor, { action: 'group.created', details: { groupId: row.id, name } });
    });
    return groupOf(row);
  }

  /** The newest first. @throws DomainError `forbidden` */
  async function list(actor: Actor, page: DatedPageRequest): Promise<Page<Group>> {
    checkMay(roleAtFirst(actor), 'govern');
    const rows = await listGroups(database, page);
    const { items, nextCursor } = datedPageOf('groups', rows, page.limit, placeOfRow);
    return { items: items.map(groupOf), nextCursor };
  }

  /** The group that is called so, in any case. @throws DomainError `forbidden` · `not_found` */
  async function find(actor: Actor, name: string): Promise<Group> {
    checkMay(roleAtFirst(actor), 'govern');
    const row = await findGroupByName(database, foldName(name));
    if (!row) throw noSuchGroup();
    return groupOf(row);
  }

  /** Deletes a group with its events; members who did not receive one yet do not receive it. @throws DomainError `forbidden` · `not_found` */
  async function remove(actor: Actor, id: number): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    await database.transaction(async (tx) => {
      await lock(tx, actor, id);
      await deleteEventsOf(tx, id);
      await deleteGroup(tx, id);
      await note(tx, actor, { action: 'group.deleted', details: { groupId: id } });
    });
  }

  /**
   * Makes an account a member. False when it was one already.
   * @throws DomainError `forbidden` · `not_found` (group, account) · `conflict` (the group is full)
   */
  async function addMember(actor: Actor, groupId: number, accountId: number): Promise<boolean> {
    checkMay(roleAtFirst(actor), 'govern');
    const at = now().toISOString();
    return database.transaction(async (tx) => {
      if (!(await lockAccount(tx, accountId, at))) throw noSuchAccount();
      await lock(tx, actor, groupId);
      const row = { group_id: groupId, account_id: accountId, created_at: at };
      if (!(await insertMember(tx, row))) return false;
      if (!(await countMemberWithin(tx, groupId, maxMembers))) throw groupFull();
      await note(tx, actor, { action: 'group.member-added', accountId, details: { groupId } });
      return true;
    });
  }

  /** @throws DomainError `forbidden` · `not_found` (group, member) */
  async function removeMember(actor: Actor, groupId: number, accountId: number): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    await database.transaction(async (tx) => {
      await lock(tx, actor, groupId);
      if (!(await deleteMember(tx, groupId, accountId))) throw noSuchMember();
      await note(tx, actor, { action: 'group.member-removed', accountId, details: { groupId } });
    });
  }

  /** Members, the latest first. @throws DomainError `forbidden` · `not_found` */
  async function listMembers(
    actor: Actor,
    groupId: number,
    page: DatedPageRequest,
  ): Promise<Page<AccountRecord>> {
    checkMay(roleAtFirst(actor), 'govern');
    if (!(await findGroup(database, groupId))) throw noSuchGroup();
    const rows = await listMemberAccounts(database, groupId, page);
    const { items, nextCursor } = datedPageOf('members', rows, page.limit, memberPlace);
    return { items: items.map(recordOf), nextCursor };
  }

  async function lock(tx: Tx, actor: Actor, groupId: number): Promise<void> {
    checkMay(await roleOf(tx, actor), 'govern');
    if (!(await lockGroup(tx, groupId))) throw noSuchGroup();
  }

  function note(
    tx: Tx,
    actor: Actor,
    entry: Pick<AuditEntry, 'action' | 'details'> & { accountId?: number },
  ): Promise<void> {
    return audit.record(tx, { accountId: null, ...entry, ...by(actor) });
  }

  return { create, list, find, remove, addMember, removeMember, listMembers };
}

function memberPlace({ member_since: at, id }: MemberRow): Place {
  return { at, id };
}

function groupOf(row: GroupRow): Group {
  return {
    id: row.id,
    name: row.name,
    memberCount: row.member_count,
    createdAt: row.created_at,
  };
}

function groupFull(): DomainError {
  const message = `The group has ${maxMembers} members, which is the most; make another group.`;
  return new DomainError('conflict', message);
}

function noSuchMember(): DomainError {
  return new DomainError('not_found', 'This account is no member of the group.');
}
