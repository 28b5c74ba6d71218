import type { ReportRow } from '../../db/schema.ts';
import { DomainError, invalid } from '../errors.ts';
import { isBlank, lengthOf } from '../text.ts';

export type ReportCategory = ReportRow['category'];

export const reportCategories: readonly ReportCategory[] = [
  'spam',
  'harassment',
  'hate',
  'sexual',
  'violence',
  'self-harm',
  'illegal',
  'other',
];

/** What a moderator does about a report. */
export type ReportAction = 'none' | 'remove-posts';

export const reportActions: readonly ReportAction[] = ['none', 'remove-posts'];

/** A post as it was when it was reported: its author may change or delete it afterwards. */
export type ReportedPost = { id: number; text: string };

/** A report as a moderator sees it. */
export type ReportView = {
  id: number;
  state: ReportRow['state'];
  category: ReportCategory;
  comment: string;
  /** Null when their account is gone. */
  reporter: { id: number; username: string } | null;
  target: { id: number; username: string };
  posts: Array<ReportedPost & { isPublished: boolean }>;
  action: ReportAction | null;
  /** What a moderator wrote about it. */
  note: string | null;
  createdAt: string;
  resolvedAt: string | null;
};

export const maxCommentLength = 1000;
export const maxReportedPosts = 20;

/** @throws DomainError `invalid` (comment, postIds) */
export function checkReport({
  comment,
  postIds,
}: {
  comment: string;
  postIds: readonly number[];
}): void {
  if (lengthOf(comment) > maxCommentLength) {
    throw invalid('comment', `must have at most ${maxCommentLength} characters`);
  }
  if (isBlank(comment) && postIds.length === 0) {
    throw invalid('comment', 'must say what is wrong when no post is named');
  }
  if (postIds.length > maxReportedPosts) {
    throw invalid('postIds', `must name at most ${maxReportedPosts} posts`);
  }
  if (new Set(postIds).size < postIds.length) {
    throw invalid('postIds', 'must not name a post twice');
  }
}

/** The posts that a stored list names. */
export function postsIn(json: string): ReportedPost[] {
  return JSON.parse(json) as ReportedPost[];
}

export function noSuchReport(): DomainError {
  return new DomainError('not_found', 'There is no such report.');
}
