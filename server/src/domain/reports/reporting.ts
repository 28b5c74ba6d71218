import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { ReportRow } from '../../db/schema.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { findActiveId } from '../accounts/public-account.ts';
import { DomainError, invalid } from '../errors.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
  showIdempotentResult,
} from '../idempotency-store.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { readPosts } from '../posts/post-store.ts';
import type { Viewer } from '../viewer.ts';
import { activeAuthor, canSee, factsOf, noRelation } from '../visibility/visibility.ts';
import { checkReport, noSuchReport, type ReportCategory, type ReportedPost } from './report.ts';
import { findReport, insertReport } from './report-store.ts';

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
};

export type NewReport = {
  /** Of the account that is reported. */
  username: string;
  postIds: readonly number[];
  category: ReportCategory;
  comment: string;
  idempotencyKey: string | null;
};

/** What a reporter learns of a report. */
export type OwnReport = Pick<ReportRow, 'id' | 'category'> & { createdAt: string };

/** Takes reports. */
export function reporting({ database, newKey, now, tokens }: Needs) {
  /**
   * Reports an account to the moderators, with its posts as they are now. A blocked viewer can still report.
   * @throws DomainError `invalid` (username, postIds, comment) · `gone` (a repeat, deleted since)
   */
  async function report(viewer: Viewer, input: NewReport): Promise<OwnReport> {
    checkReport(input);
    const { accountId } = viewer;
    const { username, postIds, category, comment, idempotencyKey: key } = input;
    const asked = JSON.stringify([username, postIds, category, comment]);
    const repeat = idempotentRequest(tokens, {
      accountId,
      key,
      operation: 'reports.create',
      asked,
    });
    const earlier = await findIdempotentResult(database, repeat);
    if (earlier !== null) return showIdempotentResult(read(earlier));
    const id = await database.transaction((tx) => write(tx, viewer, { input, repeat }));
    return read(id);
  }

  async function read(id: number): Promise<OwnReport> {
    const found = await findReport(database, id);
    if (!found) throw noSuchReport();
    return { id, category: found.category, createdAt: found.created_at };
  }

  /** The id of the report; of an earlier one where a parallel request with the same key was first. */
  async function write(
    tx: Tx,
    { accountId }: Viewer,
    { input, repeat }: { input: NewReport; repeat: IdempotentRequest | null },
  ): Promise<number> {
    await checkLives(tx, accountId);
    const id = newKey();
    const other = await claimIdempotencyKey(tx, repeat, id, now());
    if (other !== null) return other;
    const { username, postIds, category, comment } = input;
    const targetId = await findReported(tx, accountId, username);
    const posts = await postsOf(tx, targetId, postIds);
    const people = { reporter_id: accountId, target_id: targetId };
    const row = rowOf({ id, ...people, category, comment }, posts, now());
    // Another process has drawn the same key in the same millisecond.
    if (!(await insertReport(tx, row))) throw new StaleRead();
    return id;
  }

  return { report };
}

/** @throws DomainError `invalid` (username) */
async function findReported(tx: Tx, accountId: number, username: string): Promise<number> {
  const id = await findActiveId(tx, username).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'not_found') return null;
    throw error;
  });
  if (id === null) throw invalid('username', 'is not the name of an account');
  if (id === accountId) throw invalid('username', 'is your own; you cannot report yourself');
  return id;
}

/** Posts of an account that everybody may see, as they are now. @throws DomainError `invalid` (postIds.0, …) */
async function postsOf(tx: Tx, authorId: number, ids: readonly number[]): Promise<ReportedPost[]> {
  const posts = await readPosts(tx, ids);
  return ids.map((id, i) => {
    const post = posts.get(id);
    const isSeen = post && canSee(null, factsOf(post), activeAuthor(authorId), noRelation);
    if (!isSeen || post.account_id !== authorId) {
      throw invalid(`postIds.${i}`, 'is not a post of this account that you can see');
    }
    return { id, text: post.text };
  });
}

function rowOf(
  report: Pick<ReportRow, 'id' | 'reporter_id' | 'target_id' | 'category' | 'comment'>,
  posts: readonly ReportedPost[],
  at: Date,
): ReportRow {
  return {
    ...report,
    posts: JSON.stringify(posts),
    state: 'open',
    action: null,
    note: null,
    resolver_id: null,
    resolved_at: null,
    created_at: at.toISOString(),
  };
}
