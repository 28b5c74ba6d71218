import type { Database } from '../../db/database.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { lockAccount } from '../accounts/account-store.ts';
import { type AccountRecord, recordOf } from '../administration/account-admin.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst } from '../authority.ts';
import { DomainError } from '../errors.ts';
import { type DatedPageRequest, datedPageOf, type Page, type Place } from '../paging.ts';
import type { Now } from '../ports.ts';
import { maxMembers, noSuchGroup } from './group.ts';
import { lockForActor } from './group-lock.ts';
import {
  countMemberWithin,
  deleteMember,
  findGroup,
  insertMember,
  listMemberAccounts,
  type MemberRow,
} from './group-store.ts';

type Needs = { database: Database; now: Now; audit: AuditLog };

/** Adds accounts to groups, removes them, and lists them. */
export function groupMembers({ database, now, audit }: Needs) {
  /**
   * Makes an account a member. False when it was one already.
   * @throws DomainError `forbidden` · `not_found` (group, account) · `conflict` (the group is full)
   */
  async function addMember(actor: Actor, groupId: number, accountId: number): Promise<boolean> {
    checkMay(roleAtFirst(actor), 'govern');
    const at = now().toISOString();
    return database.transaction(async (tx) => {
      if (!(await lockAccount(tx, accountId, at))) throw noSuchAccount();
      await lockForActor(tx, actor, groupId);
      const row = { group_id: groupId, account_id: accountId, created_at: at };
      if (!(await insertMember(tx, row))) return false;
      if (!(await countMemberWithin(tx, groupId, maxMembers))) throw groupFull();
      const entry = { action: 'group.member-added', accountId } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { groupId } });
      return true;
    });
  }

  /** @throws DomainError `forbidden` · `not_found` (group, member) */
  async function removeMember(actor: Actor, groupId: number, accountId: number): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    await database.transaction(async (tx) => {
      await lockForActor(tx, actor, groupId);
      if (!(await deleteMember(tx, groupId, accountId))) throw noSuchMember();
      const entry = { action: 'group.member-removed', accountId } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { groupId } });
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

  return { addMember, removeMember, listMembers };
}

function memberPlace({ member_since: at, id }: MemberRow): Place {
  return { at, id };
}

function groupFull(): DomainError {
  const message = `The group has ${maxMembers} members, which is the most; make another group.`;
  return new DomainError('conflict', message);
}

function noSuchMember(): DomainError {
  return new DomainError('not_found', 'This account is not a member of the group.');
}
