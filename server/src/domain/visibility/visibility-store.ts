import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * The rule of `visibility.ts` as SQL predicates, for lists and counts. They apply to every viewer alike, so rows that are found
 * still go through `canSee` before they are shown. Each function takes the table's alias in the query.
 */

/** Accounts that are visible, may act and may sign in: neither disabled nor closed. */
export function accountIsActive(accounts = 'accounts'): RawBuilder<SqlBool> {
  return sql`(${column(accounts, 'disabled_at')} is null and ${column(accounts, 'deleted_at')} is null)`;
}

/** Accounts that are not closed, but may be disabled: for their owners and for admins. */
export function accountIsOpen(accounts = 'accounts'): RawBuilder<SqlBool> {
  return sql`${column(accounts, 'deleted_at')} is null`;
}

/** Accounts that are disabled. Every time is greater than an empty string, and SQLite would not use the index for `is not null`. */
export function accountIsDisabled(accounts = 'accounts'): RawBuilder<SqlBool> {
  return sql`${column(accounts, 'disabled_at')} > ${''}`;
}

/** The columns that `standingOf` needs, for queries that leave the decision to the rule. */
export const standingColumns = ['accounts.disabled_at', 'accounts.deleted_at'] as const;

/** Posts that lists show while their author is active. Two indexes on the posts of an author start with this column. */
export function postIsPublished(posts = 'posts'): RawBuilder<SqlBool> {
  return sql`${column(posts, 'state')} = ${'published'}`;
}

/**
 * Posts that have a place in the feeds: candidates only, since the key may be wrong (docs/decisions/0032-visibility-in-one-place.md).
 * An index of keys finds them.
 * @param before only posts below this key; null: all
 */
export function postIsInFeeds(before: number | null, posts = 'posts'): RawBuilder<SqlBool> {
  const key = column(posts, 'feed_key');
  return before === null ? sql`${key} >= ${0}` : sql`${key} < ${before}`;
}

/** Pictures of published posts that are no replies, and files without a post, if their owner is active. */
export function mediaIsListed(): RawBuilder<SqlBool> {
  const isOfPost = sql`${postIsPublished()} and ${column('posts', 'reply_to_id')} is null`;
  return sql`((${sql.ref('media.purpose')} = ${'file'} or (${isOfPost})) and ${accountIsActive()})`;
}

/**
 * Neither of two accounts has blocked the other.
 * @param one a column with the table's alias, or a value
 */
export function notBlocked(one: unknown, other: unknown): RawBuilder<SqlBool> {
  const blocks = (blocker: unknown, blocked: unknown) =>
    sql`exists (select 1 from blocks where blocks.account_id = ${blocker} and blocks.target_id = ${blocked})`;
  return sql`(not ${blocks(one, other)} and not ${blocks(other, one)})`;
}

function column(table: string, name: string) {
  return sql.ref(`${table}.${name}`);
}
