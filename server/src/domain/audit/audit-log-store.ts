import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { AuditLogRow } from '../../db/schema.ts';

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

/** Entries about one account, or about all for null, newest first; one more than asked for. */
export function listAuditEntries(
  db: Db,
  { accountId, before, limit }: { accountId: number | null; before: number | null; limit: number },
): Promise<AuditLogRow[]> {
  const range = { before: before ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 };
  return accountId === null ? auditLog(db, range) : auditLogOf(db, { accountId, ...range });
}

const auditLog = prepared((db, args: { before: number; limit: number }) =>
  db
    .selectFrom('audit_log')
    .selectAll()
    .where('id', '<', args.before)
    .orderBy('id', 'desc')
    .limit(args.limit),
);

const auditLogOf = prepared((db, args: { accountId: number; before: number; limit: number }) =>
  db
    .selectFrom('audit_log')
    .selectAll()
    .where('account_id', '=', args.accountId)
    .where('id', '<', args.before)
    .orderBy('id', 'desc')
    .limit(args.limit),
);

/** Forgets entries that are older than an id. */
export async function deleteAuditEntriesBefore(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('audit_log').where('id', '<', id).execute();
}
