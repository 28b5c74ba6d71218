import type { SelectQueryBuilder } from 'kysely';
import type { Db } from '../../db/database.ts';
import { inRange, type KeyRange, preparedRange } from '../../db/key-range.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import type { PostRow, Schema } from '../../db/schema.ts';
import { isSqlite } from '../../db/which-engine.ts';
import { type CardRow, cardColumns, cardOf } from '../accounts/account-card-store.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import type { PostContent, PostEntry } from '../posts/post-rules.ts';
import { accountIsActive, postIsInFeeds, postIsPublished } from '../visibility/visibility-store.ts';

/** A place in a feed: which post, the key that orders it, and what rules need to know before the post is loaded. */
export type FeedEntry = PostEntry & { key: number };

/** Which published posts a feed shows. */
export type FeedFilter = 'all' | 'with-media';

/** An entry as it is read; with its content on a server. */
export type FeedRow = {
  feed_key: number | null;
  id: number;
  account_id: number;
} & Partial<ContentRow>;

type ContentRow = PostRow & Record<keyof Omit<CardRow, 'id'>, string | null>;

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
  inFeeds(entries(db).where('posts.has_media', '=', 1), range),
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
  inFeeds(
    entries(db).where('posts.account_id', '=', args.authorId).where(postIsPublished()),
    range,
  ),
);

const byAuthorWithMedia = preparedRange((db, args: { authorId: number }, range) =>
  inFeeds(
    entries(db).where('posts.account_id', '=', args.authorId).where('posts.has_media', '=', 1),
    range,
  ),
);

type NoArgs = Record<string, never>;

function entries(db: Db) {
  const posts = db.selectFrom('posts');
  // On SQLite, memory has the rest.
  return isSqlite(db)
    ? posts.select(['posts.feed_key', 'posts.id', 'posts.account_id']).$castTo<FeedRow>()
    : withContent(posts);
}

/** Reads posts with all that rules look at: one query less than for each table one, and one answer less to wait for. */
export function withContent<O>(
  posts: SelectQueryBuilder<Schema, 'posts', O>,
): SelectQueryBuilder<Schema, 'posts', FeedRow> {
  return posts
    .leftJoin('accounts', (join) =>
      join.onRef('accounts.id', '=', 'posts.account_id').on(accountIsActive()),
    )
    .leftJoin('media', (join) =>
      join.onRef('media.id', '=', 'accounts.avatar_media_id').on('media.state', '=', 'ready'),
    )
    .selectAll('posts')
    .select(cardColumns);
}

/** The entries of these posts, by id. */
export async function readEntries(db: Db, ids: readonly number[]): Promise<FeedRow[]> {
  return ids.length === 0 ? [] : entriesById(db, { ids: [...ids] });
}

const entriesById = prepared((db, args: { ids: number[] }) =>
  entries(db).where(isAmong(db, 'posts.id', args.ids)),
);

/** The part of a list of posts that a page asks for. */
function inFeeds<O>(
  posts: SelectQueryBuilder<Schema, 'posts', O>,
  range: KeyRange,
): SelectQueryBuilder<Schema, 'posts', O> {
  const listed = posts.where(postIsInFeeds(range.before));
  return inRange(listed, 'posts.feed_key', { ...range, before: null });
}

export function entriesOf(rows: readonly FeedRow[]): FeedEntry[] {
  return rows.map((row) => {
    const entry = { key: row.feed_key ?? 0, postId: row.id, byId: row.account_id };
    return hasContent(row) ? { ...entry, content: contentOf(row) } : entry;
  });
}

function hasContent(row: FeedRow): row is ContentRow {
  return row.state !== undefined;
}

function contentOf(row: ContentRow): PostContent {
  const { account_id: id, username, display_name, avatar_key, avatar_blurhash } = row;
  // Without one, the author is not active, or gone.
  if (username === null || display_name === null) return { post: row, author: null };
  return {
    post: row,
    author: cardOf({ id, username, display_name, avatar_key, avatar_blurhash }),
  };
}
