import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * The rule of `visibility.ts` in SQL, for lists and counts. It holds for everybody; what is read by it goes through `canSee`
 * before it is shown. Each function takes the name that the query gives to the table.
 */

/** Accounts that may be seen, may act and may sign in: neither disabled nor closed. */
export function accountIsActive(accounts = 'accounts'): RawBuilder<SqlBool> {
  return sql`(${column(accounts, 'disabled_at')} is null and ${column(accounts, 'deleted_at')} is null)`;
}

/** Posts that stand in lists while their author is active; the beginning of two indexes of an author's posts. */
export function postIsPublished(posts = 'posts'): RawBuilder<SqlBool> {
  return sql`${column(posts, 'state')} = 'published'`;
}

/** Posts that lists show: published, and of an active author. */
export function postIsListed({ posts = 'posts', authors = 'accounts' } = {}): RawBuilder<SqlBool> {
  return sql`(${postIsPublished(posts)} and ${accountIsActive(authors)})`;
}

/**
 * Posts that have a place in the feeds. The key is set at publication, and taken away with the post and by the job that hides
 * a disabled account, so it is nearly as good as `postIsListed` and needs no row: an index of keys is enough. It only finds
 * candidates (docs/decisions/0032-visibility-in-one-place.md).
 * @param before only those below this key; null: all
 */
export function postIsInFeeds(before: number | null, posts = 'posts'): RawBuilder<SqlBool> {
  const key = column(posts, 'feed_key');
  return before === null ? sql`${key} >= 0` : sql`${key} < ${before}`;
}

function column(table: string, name: string) {
  return sql.ref(`${table}.${name}`);
}
