import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import type { EventTemplateRow } from '../../db/schema.ts';
import type { PageRequest } from '../paging.ts';

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
  { before, limit }: PageRequest,
): Promise<EventTemplateRow[]> {
  return db
    .selectFrom('event_templates')
    .selectAll()
    .$if(before !== null, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
}

/** False when there is none. */
export async function deleteEventTemplate(tx: Tx, id: number): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('event_templates')
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
