import type { SelectQueryBuilder } from 'kysely';
import type { Db } from '../../db/database.ts';
import { inRange, type KeyRange, preparedRange } from '../../db/key-range.ts';
import type { Schema } from '../../db/schema.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import type { PostEntry } from '../posts/post-rules.ts';
import { postIsInFeeds, postIsPublished } from '../visibility/visibility-store.ts';

/** A place in a feed: which post, the key that orders it, and what rules need to know before the post is loaded. */
export type FeedEntry = PostEntry & { key: number };

/** Which published posts a feed shows. */
export type FeedFilter = 'all' | 'with-media';

/** An entry as it is read. */
export type FeedRow = { feed_key: number | null; id: number; account_id: number };

/** Published posts of everybody. */
export async function listExplore(
  db: Db,
  filter: FeedFilter,
  page: PageRequest,
): Promise<FeedEntry[]> {
  const query = filter === 'all' ? explore : exploreWithMedia;
  return entriesOf(await query(db, {}, rangeOf(page)));
}

const explore = preparedRange((db, _args: NoArgs, range) => inFeeds(entries(db), range));

const exploreWithMedia = preparedRange((db, _args: NoArgs, range) =>
  inFeeds(entries(db).where('has_media', '=', 1), range),
);

/** Published posts of one account. */
export async function listByAuthor(
  db: Db,
  authorId: number,
  filter: FeedFilter,
  page: PageRequest,
): Promise<FeedEntry[]> {
  const query = filter === 'all' ? byAuthor : byAuthorWithMedia;
  return entriesOf(await query(db, { authorId }, rangeOf(page)));
}

const byAuthor = preparedRange((db, args: { authorId: number }, range) =>
  inFeeds(entries(db).where('account_id', '=', args.authorId).where(postIsPublished()), range),
);

const byAuthorWithMedia = preparedRange((db, args: { authorId: number }, range) =>
  inFeeds(entries(db).where('account_id', '=', args.authorId).where('has_media', '=', 1), range),
);

type NoArgs = Record<string, never>;

function entries(db: Db) {
  return db.selectFrom('posts').select(['feed_key', 'id', 'account_id']);
}

/** The part of a list of posts that a page asks for. */
function inFeeds<O>(
  posts: SelectQueryBuilder<Schema, 'posts', O>,
  range: KeyRange,
): SelectQueryBuilder<Schema, 'posts', O> {
  const listed = posts.where(postIsInFeeds(range.before));
  return inRange(listed, 'posts.feed_key', { ...range, before: null });
}

export function entriesOf(rows: readonly FeedRow[]): FeedEntry[] {
  return rows.map((row) => ({ key: row.feed_key ?? 0, postId: row.id, byId: row.account_id }));
}
