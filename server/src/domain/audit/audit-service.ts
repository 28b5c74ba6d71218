import type { Database } from '../../db/database.ts';
import type { AuditLogRow } from '../../db/schema.ts';
import { type Actor, checkMay, operator, roleAtFirst } from '../authority.ts';
import { type Page, type PageRequest, pageOf } from '../paging.ts';
import type { Viewer } from '../viewer.ts';
import { listAuditEntries } from './audit-log-store.ts';

export type AuditService = ReturnType<typeof auditService>;

/** An entry as admins see it. */
export type AuditEntryView = {
  id: number;
  action: string;
  accountId: number | null;
  actorId: number | null;
  address: string;
  details: Record<string, string | number | boolean | null>;
  createdAt: string;
};

/** What happened to somebody's own account. */
export type OwnAuditEntry = {
  action: string;
  /** Who did it; `unknown`: somebody who was not signed in, as at a wrong password. */
  by: 'you' | 'staff' | 'unknown';
  /** Null for what the staff did. */
  address: string | null;
  createdAt: string;
};

export type AuditFilter = { accountId?: number | undefined; action?: string | undefined };

/** Shows the audit log: all of it to admins, their own part to everybody. */
export function auditService({ database }: { database: Database }) {
  /** The latest first. @throws DomainError `forbidden` */
  async function list(
    actor: Actor,
    { accountId, action }: AuditFilter,
    page: PageRequest,
  ): Promise<Page<AuditEntryView>> {
    checkMay(roleAtFirst(actor), 'govern');
    const filter = { accountId: accountId ?? null, action: action ?? null };
    return pageFrom(await listAuditEntries(database, { ...filter, ...page }), page, viewOf);
  }

  /** What happened to the viewer's account, the latest first. */
  async function listOwn(viewer: Viewer, page: PageRequest): Promise<Page<OwnAuditEntry>> {
    const filter = { accountId: viewer.accountId, action: null };
    return pageFrom(await listAuditEntries(database, { ...filter, ...page }), page, (row) =>
      ownViewOf(row, viewer),
    );
  }

  return { list, listOwn };
}

function pageFrom<T>(
  rows: readonly AuditLogRow[],
  page: PageRequest,
  view: (row: AuditLogRow) => T,
): Page<T> {
  const { items, nextCursor } = pageOf('entries', rows, page, (row) => row.id);
  return { items: items.map(view), nextCursor };
}

function viewOf(row: AuditLogRow): AuditEntryView {
  return {
    id: row.id,
    action: row.action,
    accountId: row.account_id,
    actorId: row.actor_id,
    address: row.address,
    details: JSON.parse(row.details) as AuditEntryView['details'],
    createdAt: row.created_at,
  };
}

function ownViewOf(row: AuditLogRow, { accountId }: Viewer): OwnAuditEntry {
  const by = row.actor_id === accountId ? 'you' : isOfStaff(row) ? 'staff' : 'unknown';
  const address = by === 'staff' ? null : row.address;
  return { action: row.action, by, address, createdAt: row.created_at };
}

function isOfStaff({ actor_id, address }: AuditLogRow): boolean {
  return actor_id !== null || address === operator.address;
}
