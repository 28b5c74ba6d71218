import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { GroupRow } from '../../db/schema.ts';
import { foldName, nameTaken } from '../accounts/account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst, roleOf } from '../authority.ts';
import { type DatedPageRequest, datedPageOf, type Page, placeOfRow } from '../paging.ts';
import type { Now } from '../ports.ts';
import { type Group, groupOf, nameKeyOf, noSuchGroup } from './group.ts';
import { deleteEventsOf } from './group-event-store.ts';
import { lockForActor } from './group-lock.ts';
import { deleteGroup, findGroupByName, insertGroup, listGroups } from './group-store.ts';

type Needs = { database: Database; newId: NewId; now: Now; audit: AuditLog };

/** Makes, finds and deletes groups. */
export function groupKeeping({ database, newId, now, audit }: Needs) {
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
      const entry = { action: 'group.created', accountId: null } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { groupId: row.id, name } });
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
      await lockForActor(tx, actor, id);
      await deleteEventsOf(tx, id);
      await deleteGroup(tx, id);
      const entry = { action: 'group.deleted', accountId: null } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { groupId: id } });
    });
  }

  return { create, list, find, remove };
}
