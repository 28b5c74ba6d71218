import type { Database, Tx } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, by, checkMay, idOf, roleAtFirst, roleOf } from '../authority.ts';
import { DomainError, invalid } from '../errors.ts';
import type { postRemoval } from '../moderation/post-removal.ts';
import { checkMayRemove, checkReason, lockPublished } from '../moderation/removal-checks.ts';
import type { Now } from '../ports.ts';
import { lengthOf } from '../text.ts';
import { noSuchReport, postsIn, type ReportAction } from './report.ts';
import { findReport, type NamedReport, updateReport } from './report-store.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  posts: Pick<ReturnType<typeof postRemoval>, 'removeWhole'>;
};

/** `note`: for the other moderators, and for the author of posts that are removed. */
export type Resolution = { action: ReportAction; note: string };

const maxNoteLength = 500;

/** Closes reports, and opens them again. */
export function reportResolving({ database, now, audit, posts }: Needs) {
  /**
   * Closes a report. `remove-posts` removes those of its posts that are still there, and tells their author why.
   * @throws DomainError `not_found` · `conflict` (it is closed already) · `invalid` (note) · `forbidden`
   */
  async function resolve(actor: Actor, id: number, { action, note }: Resolution): Promise<void> {
    checkNote({ action, note });
    checkMay(roleAtFirst(actor), 'moderate');
    await database.transaction(async (tx) => {
      const report = await lockReport(tx, actor, { id, from: 'open' });
      const at = now().toISOString();
      const values = { action, note, resolver_id: idOf(actor), resolved_at: at };
      await updateReport(tx, { id, state: 'resolved' }, values);
      if (action === 'remove-posts') await removePosts(tx, { actor, report, note });
      await record(tx, { actor, report, what: 'report.resolved', details: { action } });
    });
  }

  /** Opens a closed report again; posts that were removed stay so. @throws DomainError `not_found` · `conflict` · `forbidden` */
  async function reopen(actor: Actor, id: number): Promise<void> {
    checkMay(roleAtFirst(actor), 'moderate');
    await database.transaction(async (tx) => {
      const report = await lockReport(tx, actor, { id, from: 'resolved' });
      const values = { action: null, resolver_id: null, resolved_at: null };
      await updateReport(tx, { id, state: 'open' }, values);
      await record(tx, { actor, report, what: 'report.reopened', details: {} });
    });
  }

  async function removePosts(
    tx: Tx,
    { actor, report, note }: { actor: Actor; report: NamedReport; note: string },
  ): Promise<void> {
    await checkMayRemove(tx, actor, report.target_id);
    for (const { id } of postsIn(report.posts).toSorted((a, b) => a.id - b.id)) {
      const post = await lockPublished(tx, id);
      if (post) await posts.removeWhole(tx, { actor, post, reason: note });
    }
  }

  async function record(tx: Tx, { actor, report, what, details }: Noted): Promise<void> {
    const { id: reportId, target_id: accountId } = report;
    const entry = { action: what, accountId, ...by(actor), details: { reportId, ...details } };
    await audit.record(tx, entry);
  }

  return { resolve, reopen };
}

type Noted = {
  actor: Actor;
  report: NamedReport;
  what: 'report.resolved' | 'report.reopened';
  details: Record<string, string>;
};

/** Moves a report to the other state, so that of two moderators one comes too late. */
async function lockReport(
  tx: Tx,
  actor: Actor,
  { id, from }: { id: number; from: NamedReport['state'] },
): Promise<NamedReport> {
  checkMay(await roleOf(tx, actor), 'moderate');
  const to = from === 'open' ? 'resolved' : 'open';
  const isMoved = await updateReport(tx, { id, state: from }, { state: to });
  const report = await findReport(tx, id);
  if (!report) throw noSuchReport();
  if (!isMoved) throw new DomainError('conflict', `This report is ${to} already.`);
  return report;
}

/** @throws DomainError `invalid` (note) */
function checkNote({ action, note }: Resolution): void {
  // The author gets it as the reason.
  if (action === 'remove-posts') return checkReason(note, 'note');
  if (lengthOf(note) > maxNoteLength) {
    throw invalid('note', `must have at most ${maxNoteLength} characters`);
  }
}
