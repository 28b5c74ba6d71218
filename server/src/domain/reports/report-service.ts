import type { Database } from '../../db/database.ts';
import type { ReportRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Actor, checkMay, roleAtFirst } from '../authority.ts';
import { postRemoval } from '../moderation/post-removal.ts';
import type { Page, PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { isPublished } from '../posts/post.ts';
import { readPosts } from '../posts/post-store.ts';
import { noSuchReport, postsIn, type ReportView } from './report.ts';
import { findReport, listReports, type NamedReport } from './report-store.ts';
import { reporting } from './reporting.ts';
import { reportResolving } from './resolving.ts';

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
};

/** What people report, and what moderators do about it. */
export type ReportService = ReturnType<typeof reporting> &
  ReturnType<typeof reportResolving> &
  ReturnType<typeof reportReading>;

export function reportService(needs: Needs): ReportService {
  return {
    ...reporting(needs),
    ...reportResolving({ ...needs, posts: postRemoval(needs) }),
    ...reportReading(needs),
  };
}

/** Shows reports to moderators. */
function reportReading({ database }: Pick<Needs, 'database'>) {
  /** Reports in a state, the latest first. @throws DomainError `forbidden` */
  async function list(
    actor: Actor,
    state: ReportRow['state'],
    page: PageRequest,
  ): Promise<Page<ReportView>> {
    checkMay(roleAtFirst(actor), 'moderate');
    return readPage('reports', page, {
      skeleton: (part) => listReports(database, state, part),
      keyOf: (row) => row.id,
      hydrate: readPublished,
      rules: () => true,
      present: async (rows, published) => rows.map((row) => viewOf(row, published)),
    });
  }

  /** @throws DomainError `not_found` · `forbidden` */
  async function read(actor: Actor, id: number): Promise<ReportView> {
    checkMay(roleAtFirst(actor), 'moderate');
    const row = await findReport(database, id);
    if (!row) throw noSuchReport();
    return viewOf(row, await readPublished([row]));
  }

  /** Ids of those reported posts that are still there. */
  async function readPublished(rows: readonly NamedReport[]): Promise<ReadonlySet<number>> {
    const ids = rows.flatMap((row) => postsIn(row.posts).map(({ id }) => id));
    const posts = await readPosts(database, [...new Set(ids)]);
    return new Set([...posts.values()].filter(isPublished).map(({ id }) => id));
  }

  return { list, read };
}

function viewOf(row: NamedReport, published: ReadonlySet<number>): ReportView {
  const { reporter_id, reporter, target_id, target } = row;
  return {
    id: row.id,
    state: row.state,
    category: row.category,
    comment: row.comment,
    reporter: reporter === null ? null : { id: reporter_id, username: reporter },
    target: { id: target_id, username: target ?? '' },
    posts: postsIn(row.posts).map((post) => ({ ...post, isPublished: published.has(post.id) })),
    action: row.action,
    note: row.note,
    createdAt: row.created_at,
    resolvedAt: row.resolved_at,
  };
}
