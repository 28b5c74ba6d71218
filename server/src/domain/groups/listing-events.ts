import type { Database } from '../../db/database.ts';
import { type Actor, checkMay, roleAtFirst } from '../authority.ts';
import { type DatedPageRequest, datedPageOf, type Page, placeOfRow } from '../paging.ts';
import { noSuchGroup } from './group.ts';
import { eventOf, type GroupEvent } from './group-event.ts';
import { listGroupEvents } from './group-event-store.ts';
import { findGroup } from './group-store.ts';

/** Lists the events of groups. */
export function eventListing({ database }: { database: Database }) {
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

  return { list };
}
