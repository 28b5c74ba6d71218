import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { EventTemplateRow } from '../../db/schema.ts';
import { nameTaken } from '../accounts/account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, roleAtFirst, roleOf } from '../authority.ts';
import { type DatedPageRequest, datedPageOf, type Page, placeOfRow } from '../paging.ts';
import type { Now } from '../ports.ts';
import { checkTemplateText, type EventTemplate, noSuchTemplate } from './event-template.ts';
import {
  deleteEventTemplate,
  insertEventTemplate,
  listEventTemplates,
} from './event-template-store.ts';
import { nameKeyOf } from './group.ts';

export type EventTemplateService = ReturnType<typeof eventTemplateService>;

type Needs = { database: Database; newId: NewId; now: Now; audit: AuditLog };

/** What can be said to groups: for admins. A template is not changed; another takes its place. */
export function eventTemplateService({ database, newId, now, audit }: Needs) {
  /** @throws DomainError `forbidden` · `invalid` (name, text) · `taken` (name) */
  async function create(
    actor: Actor,
    { name, text }: { name: string; text: string },
  ): Promise<EventTemplate> {
    checkMay(roleAtFirst(actor), 'govern');
    checkTemplateText(text);
    const nameKey = nameKeyOf(name);
    const id = await newId('event_templates');
    const createdAt = now().toISOString();
    await database.transaction(async (tx) => {
      checkMay(await roleOf(tx, actor), 'govern');
      const row = { id, name, name_key: nameKey, text, created_at: createdAt };
      if (!(await insertEventTemplate(tx, row))) throw nameTaken('name');
      const entry = { action: 'event-template.created', accountId: null } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { templateId: id, name } });
    });
    return { id, name, text, createdAt };
  }

  /** The newest first. @throws DomainError `forbidden` */
  async function list(actor: Actor, page: DatedPageRequest): Promise<Page<EventTemplate>> {
    checkMay(roleAtFirst(actor), 'govern');
    const rows = await listEventTemplates(database, page);
    const { items, nextCursor } = datedPageOf('templates', rows, page.limit, placeOfRow);
    return { items: items.map(templateOf), nextCursor };
  }

  /** Events that were made of it stay as they are. @throws DomainError `forbidden` · `not_found` */
  async function remove(actor: Actor, id: number): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    await database.transaction(async (tx) => {
      checkMay(await roleOf(tx, actor), 'govern');
      if (!(await deleteEventTemplate(tx, id))) throw noSuchTemplate();
      const entry = { action: 'event-template.deleted', accountId: null } as const;
      await audit.record(tx, { ...entry, ...by(actor), details: { templateId: id } });
    });
  }

  return { create, list, remove };
}

function templateOf({ id, name, text, created_at }: EventTemplateRow): EventTemplate {
  return { id, name, text, createdAt: created_at };
}
