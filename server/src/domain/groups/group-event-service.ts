import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { GroupEventRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, idOf, roleAtFirst, roleOf } from '../authority.ts';
import { hourMs } from '../durations.ts';
import { DomainError, invalid } from '../errors.ts';
import { type Events, emit } from '../events.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
  showIdempotentResult,
} from '../idempotency-store.ts';
import { takeFrom } from '../limits.ts';
import { type DatedPageRequest, datedPageOf, type Page, placeOfRow } from '../paging.ts';
import type { Counters, Now, TokenSigner } from '../ports.ts';
import { filledText } from './event-template.ts';
import { findEventTemplate } from './event-template-store.ts';
import { noSuchGroup } from './group.ts';
import {
  findGroupEvent,
  insertGroupEvent,
  listGroupEvents,
  markEventPushed,
} from './group-event-store.ts';
import { findGroup, listMemberIds, lockGroup } from './group-store.ts';

export type GroupEventService = ReturnType<typeof groupEventService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  counters: Counters;
  audit: AuditLog;
};

/** Something that the members of a group are told by push. */
export type GroupEvent = {
  id: number;
  groupId: number;
  /** The template may be gone. */
  templateId: number;
  text: string;
  /** Who made it and is not told; null for the operator. The account may be gone. */
  creatorId: number | null;
  createdAt: string;
  /** When the push to the last member was set on its way; null while they are being written. */
  pushedAt: string | null;
};

export type NewGroupEvent = {
  templateId: number;
  /** For `{1}`, `{2}` and `{3}` of the template, as many as it has. */
  values: readonly string[];
  idempotencyKey: string | null;
};

type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

const title = 'Hi';
const kind = 'group-event';
/** Of one group. */
const maxEventsPerHour = 60;
/** Members that are told in one transaction. */
const batch = 100;

/** Tells groups of events: admins make them, workers push them to the members' devices. */
export function groupEventService({ database, newId, now, tokens, counters, audit }: Needs) {
  /**
   * Makes an event, of which all members but its maker are told in the background.
   * @throws DomainError `forbidden` · `not_found` (group) · `invalid` (templateId, values) · `rate_limited` · `conflict` · `gone` (a repeat)
   */
  async function create(actor: Actor, groupId: number, event: NewGroupEvent): Promise<GroupEvent> {
    checkMay(roleAtFirst(actor), 'govern');
    const repeat = repeatOf(tokens, actor, groupId, event);
    const earlier = await findIdempotentResult(database, repeat);
    if (earlier !== null) return showIdempotentResult(read(earlier));
    const { templateId, values } = event;
    if (!(await findGroup(database, groupId))) throw noSuchGroup();
    const template = await findEventTemplate(database, templateId);
    if (!template)
      throw invalid('templateId', 'names no event template; list them to see which there are');
    const text = filledText(template.text, values);
    await countEvent(groupId);
    const at = now();
    const row: GroupEventRow = {
      id: await newId('group_events'),
      group_id: groupId,
      template_id: templateId,
      creator_id: idOf(actor),
      text,
      created_at: at.toISOString(),
      pushed_at: null,
    };
    const id = await database.transaction(async (tx) => {
      checkMay(await roleOf(tx, actor), 'govern');
      if (!(await lockGroup(tx, groupId))) throw noSuchGroup();
      const other = await claimIdempotencyKey(tx, repeat, row.id, at);
      if (other !== null) return other;
      await insertGroupEvent(tx, row);
      await emit(tx, at, 'group-event.made', { eventId: row.id, after: 0 });
      const details = { groupId, eventId: row.id, templateId };
      const entry = { action: 'group.told', accountId: null } as const;
      await audit.record(tx, { ...entry, ...by(actor), details });
      return row.id;
    });
    return read(id);
  }

  /** Events of a group, the newest first; they are kept for a year. @throws DomainError `forbidden` · `not_found` */
  async function list(
    actor: Actor,
    groupId: number,
    page: DatedPageRequest,
  ): Promise<Page<GroupEvent>> {
    checkMay(roleAtFirst(actor), 'govern');
    if (!(await findGroup(database, groupId))) throw noSuchGroup();
    const rows = await listGroupEvents(database, groupId, page);
    const { items, nextCursor } = datedPageOf('sent-events', rows, page.limit, placeOfRow);
    return { items: items.map(eventOf), nextCursor };
  }

  /**
   * Asks for pushes to the next members, and then for the rest: for workers. A step and what follows from it are written
   * together, so that a crash repeats no push and forgets none.
   */
  async function tellMembers(
    { eventId, after }: Events['group-event.made'],
    write: WriteOnce,
  ): Promise<void> {
    const event = await findGroupEvent(database, eventId);
    if (!event) return;
    const ids = await listMemberIds(database, event.group_id, { after, limit: batch });
    const last = ids.length === batch ? ids.at(-1) : undefined;
    const at = now();
    await write(async (tx) => {
      for (const accountId of ids) {
        if (accountId !== event.creator_id)
          await emit(tx, at, 'push.wanted', pushOf(event, accountId));
      }
      if (last === undefined) await markEventPushed(tx, eventId, at.toISOString());
      else await emit(tx, at, 'group-event.made', { eventId, after: last });
    });
  }

  function countEvent(groupId: number): Promise<void> {
    const limit = { key: `group-event:${groupId}`, max: maxEventsPerHour, windowMs: hourMs };
    return takeFrom(counters, [limit], 'This group was told often enough. Try again later.');
  }

  async function read(id: number): Promise<GroupEvent> {
    const row = await findGroupEvent(database, id);
    if (!row) throw new DomainError('not_found', 'This event was deleted with its group.');
    return eventOf(row);
  }

  return { create, list, tellMembers };
}

function pushOf(event: GroupEventRow, accountId: number): Events['push.wanted'] {
  const data = {
    eventId: String(event.id),
    groupId: String(event.group_id),
    templateId: String(event.template_id),
  };
  return { accountId, kind, title, body: event.text, data };
}

function eventOf(row: GroupEventRow): GroupEvent {
  return {
    id: row.id,
    groupId: row.group_id,
    templateId: row.template_id,
    text: row.text,
    creatorId: row.creator_id,
    createdAt: row.created_at,
    pushedAt: row.pushed_at,
  };
}

function repeatOf(
  tokens: Needs['tokens'],
  actor: Actor,
  groupId: number,
  { templateId, values, idempotencyKey: key }: NewGroupEvent,
): IdempotentRequest | null {
  const asked = JSON.stringify([groupId, templateId, values]);
  const accountId = idOf(actor) ?? 0;
  return idempotentRequest(tokens, { accountId, key, operation: 'groupEvents.create', asked });
}
