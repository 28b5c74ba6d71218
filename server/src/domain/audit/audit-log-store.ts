import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { inRange, newestFirst } from '../../db/key-range.ts';
import type { AuditLogRow } from '../../db/schema.ts';
import { type PageRequest, rangeOf } from '../paging.ts';

type AuditSearch = { accountId: number | null; action: string | null } & PageRequest;

/** False when another entry has the id. */
export function insertAuditEntry(tx: Tx, row: AuditLogRow): Promise<boolean> {
  return insertIgnore(tx, 'audit_log', row);
}

/** Writes several entries in one statement. One whose id is taken fails all. */
export async function insertAuditEntries(tx: Tx, rows: readonly AuditLogRow[]): Promise<void> {
  if (rows.length > 0)
    await tx
      .insertInto('audit_log')
      .values([...rows])
      .execute();
}

/** Entries, of one account or one action alone unless null, the latest first; one more than asked for. */
export async function listAuditEntries(
  db: Db,
  { accountId, action, ...page }: AuditSearch,
): Promise<AuditLogRow[]> {
  const range = rangeOf(page);
  const query = db
    .selectFrom('audit_log')
    .selectAll()
    .$if(accountId !== null, (it) => it.where('account_id', '=', accountId))
    .$if(action !== null, (it) => it.where('action', '=', action ?? ''));
  return newestFirst(await inRange(query, 'id', range).execute(), range);
}

/** Forgets entries that are older than an id. */
export async function deleteAuditEntriesBefore(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('audit_log').where('id', '<', id).execute();
}
