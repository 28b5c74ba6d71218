import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { inRange, preparedRange } from '../../db/key-range.ts';
import { prepared } from '../../db/prepared.ts';
import type { ReportRow } from '../../db/schema.ts';
import { type PageRequest, rangeOf } from '../paging.ts';

/** With both usernames, even of disabled accounts. `reporter` is null when that account is gone. */
export type NamedReport = ReportRow & { reporter: string | null; target: string | null };

/** False when another report has the id. */
export function insertReport(tx: Tx, row: ReportRow): Promise<boolean> {
  return insertIgnore(tx, 'reports', row);
}

export async function findReport(db: Db, id: number): Promise<NamedReport | null> {
  const [row] = await reportById(db, { id });
  return row ?? null;
}

const reportById = prepared((db, args: { id: number }) =>
  named(db).where('reports.id', '=', args.id),
);

/** Reports in a state, the latest first. */
export function listReports(
  db: Db,
  state: ReportRow['state'],
  page: PageRequest,
): Promise<NamedReport[]> {
  return reportsIn(db, { state }, rangeOf(page));
}

const reportsIn = preparedRange((db, args: { state: ReportRow['state'] }, range) =>
  inRange(named(db).where('reports.state', '=', args.state), 'reports.id', range),
);

/** By left joins, so that each engine begins with the reports. */
function named(db: Db) {
  return db
    .selectFrom('reports')
    .leftJoin('accounts as reporters', 'reporters.id', 'reports.reporter_id')
    .leftJoin('accounts as targets', 'targets.id', 'reports.target_id')
    .selectAll('reports')
    .select(['reporters.username as reporter', 'targets.username as target']);
}

/** Changes a report that is still in a state. False when it is not. */
export function updateReport(
  tx: Tx,
  { id, state }: Pick<ReportRow, 'id' | 'state'>,
  values: Partial<ReportRow>,
): Promise<boolean> {
  return changedOne(
    tx.updateTable('reports').set(values).where('id', '=', id).where('state', '=', state),
  );
}

/** Deletes up to `limit` reports about an account. True when none is left. */
export async function deleteSomeReports(tx: Tx, targetId: number, limit: number): Promise<boolean> {
  const rows = await tx
    .selectFrom('reports')
    .select('id')
    .where('target_id', '=', targetId)
    .limit(limit)
    .execute();
  for (const { id } of rows) await tx.deleteFrom('reports').where('id', '=', id).execute();
  return rows.length === 0;
}
