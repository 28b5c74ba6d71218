import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * The rule of `visibility.ts` in SQL, for lists and counts. It holds for everybody; what is read by it goes through `canSee`
 * before it is shown. Each function takes the name that the query gives to the table.
 */

/** Accounts that may be seen, may act and may sign in: neither disabled nor closed. */
export function accountIsActive(accounts = 'accounts'): RawBuilder<SqlBool> {
  return sql`(${column(accounts, 'disabled_at')} is null and ${column(accounts, 'deleted_at')} is null)`;
}

/** Accounts that are not closed; they may be disabled. For their owners and for administration. */
export function accountIsOpen(accounts = 'accounts'): RawBuilder<SqlBool> {
  return sql`${column(accounts, 'deleted_at')} is null`;
}

/** Accounts that are disabled. Every time is greater than an empty text; SQLite would not use the index for `is not null`. */
export function accountIsDisabled(accounts = 'accounts'): RawBuilder<SqlBool> {
  return sql`${column(accounts, 'disabled_at')} > ${''}`;
}

/** What `standingOf` takes, for a query that leaves the decision to the rule. */
export const standingColumns = ['accounts.disabled_at', 'accounts.deleted_at'] as const;

/** Posts that lists show while their author is active; two indexes of an author's posts begin so. */
export function postIsPublished(posts = 'posts'): RawBuilder<SqlBool> {
  return sql`${column(posts, 'state')} = ${'published'}`;
}

/**
 * Posts that have a place in the feeds. The key is set at publication, and taken away with the post and by the job that hides
 * a disabled account, so it is nearly as good as the state and the author together, and needs no row: an index of keys is enough. It only finds
 * candidates (docs/decisions/0032-visibility-in-one-place.md).
 * @param before only those below this key; null: all
 */
export function postIsInFeeds(before: number | null, posts = 'posts'): RawBuilder<SqlBool> {
  const key = column(posts, 'feed_key');
  return before === null ? sql`${key} >= ${0}` : sql`${key} < ${before}`;
}

/** Pictures and files that lists show: those of listed posts, and files without a post, of an active owner. */
export function mediaIsListed(): RawBuilder<SqlBool> {
  return sql`((${sql.ref('media.purpose')} = ${'file'} or ${postIsPublished()}) and ${accountIsActive()})`;
}

function column(table: string, name: string) {
  return sql.ref(`${table}.${name}`);
}
