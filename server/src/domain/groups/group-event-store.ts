import type { Db, Tx } from '../../db/database.ts';
import { isAfterPlace } from '../../db/place.ts';
import type { GroupEventRow } from '../../db/schema.ts';
import type { DatedPageRequest } from '../paging.ts';

export async function insertGroupEvent(tx: Tx, row: GroupEventRow): Promise<void> {
  await tx.insertInto('group_events').values(row).execute();
}

export async function findGroupEvent(db: Db, id: number): Promise<GroupEventRow | null> {
  const query = db.selectFrom('group_events').selectAll().where('id', '=', id);
  return (await query.executeTakeFirst()) ?? null;
}

/** Events of a group, the newest first; one more than asked for. */
export function listGroupEvents(
  db: Db,
  groupId: number,
  { before, limit }: DatedPageRequest,
): Promise<GroupEventRow[]> {
  const query = db
    .selectFrom('group_events')
    .selectAll()
    .where('group_id', '=', groupId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  const after = before ? query.where(isAfterPlace(['created_at', 'id'], before)) : query;
  return after.execute();
}

export async function markEventPushed(tx: Tx, id: number, at: string): Promise<void> {
  await tx.updateTable('group_events').set({ pushed_at: at }).where('id', '=', id).execute();
}

export async function deleteEventsOf(tx: Tx, groupId: number): Promise<void> {
  await tx.deleteFrom('group_events').where('group_id', '=', groupId).execute();
}

/** Forgets events that were made before a time. */
export async function deleteGroupEventsBefore(tx: Tx, time: Date): Promise<void> {
  await tx.deleteFrom('group_events').where('created_at', '<', time.toISOString()).execute();
}
