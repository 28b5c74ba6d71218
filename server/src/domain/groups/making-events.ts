import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { GroupEventRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, idOf, roleAtFirst, roleOf } from '../authority.ts';
import { hourMs } from '../durations.ts';
import { DomainError, invalid } from '../errors.ts';
import { emit } from '../events.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
  showIdempotentResult,
} from '../idempotency-store.ts';
import { takeFrom } from '../limits.ts';
import type { Counters, Now, TokenSigner } from '../ports.ts';
import { filledText } from './event-template.ts';
import { findEventTemplate } from './event-template-store.ts';
import { noSuchGroup } from './group.ts';
import { eventOf, type GroupEvent } from './group-event.ts';
import { findGroupEvent, insertGroupEvent } from './group-event-store.ts';
import { findGroup, lockGroup } from './group-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  counters: Counters;
  audit: AuditLog;
};

export type NewGroupEvent = {
  templateId: number;
  /** For `{1}`, `{2}` and `{3}` of the template, as many as it has. */
  values: readonly string[];
  idempotencyKey: string | null;
};

/** Of one group. */
const maxEventsPerHour = 60;

/** Makes events, of which groups are told in the background. */
export function eventMaking({ database, newId, now, tokens, counters, audit }: Needs) {
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

  function countEvent(groupId: number): Promise<void> {
    const limit = { key: `group-event:${groupId}`, max: maxEventsPerHour, windowMs: hourMs };
    return takeFrom(counters, [limit], 'This group was told often enough. Try again later.');
  }

  async function read(id: number): Promise<GroupEvent> {
    const row = await findGroupEvent(database, id);
    if (!row) throw new DomainError('not_found', 'This event was deleted with its group.');
    return eventOf(row);
  }

  return { create };
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
