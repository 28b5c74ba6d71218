import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { isAfterPlace } from '../../db/place.ts';
import type { EventTemplateRow } from '../../db/schema.ts';
import type { DatedPageRequest } from '../paging.ts';

/** False when another template has the name. */
export function insertEventTemplate(tx: Tx, row: EventTemplateRow): Promise<boolean> {
  return insertIgnore(tx, 'event_templates', row);
}

export async function findEventTemplate(db: Db, id: number): Promise<EventTemplateRow | null> {
  const query = db.selectFrom('event_templates').selectAll().where('id', '=', id);
  return (await query.executeTakeFirst()) ?? null;
}

/** The newest first; one more than asked for. */
export function listEventTemplates(
  db: Db,
  { before, limit }: DatedPageRequest,
): Promise<EventTemplateRow[]> {
  const query = db
    .selectFrom('event_templates')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  const after = before ? query.where(isAfterPlace(['created_at', 'id'], before)) : query;
  return after.execute();
}

/** False when there is none. */
export async function deleteEventTemplate(tx: Tx, id: number): Promise<boolean> {
  return changedOne(tx.deleteFrom('event_templates').where('id', '=', id));
}
