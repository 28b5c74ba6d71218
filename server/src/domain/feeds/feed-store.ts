import type { Db } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { PageRequest } from '../paging.ts';

/** A place in a feed: which post, and the key that orders it. */
export type FeedEntry = { key: number; postId: number };

/** Which published posts a feed shows. */
export type FeedFilter = 'all' | 'with-media';

/** Above every key there will be. */
const newestKey = Number.MAX_SAFE_INTEGER;

type Row = { feed_key: number | null; id: number };
type Span = { before: number; limit: number };

/**
 * Published posts of these authors. Takes their ids instead of asking for them in a subquery: PostgreSQL would then walk
 * through everybody's posts until it has found enough of quiet authors (docs/decisions/0010).
 */
export async function listByAuthors(
  db: Db,
  authorIds: readonly number[],
  page: PageRequest,
): Promise<FeedEntry[]> {
  return entriesOf(await byAuthors(db, { authorIds: [...authorIds], ...spanOf(page) }));
}

const byAuthors = prepared((db, args: { authorIds: number[] } & Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('account_id', 'in', args.authorIds)
    .where('state', '=', 'published')
    .where('feed_key', '<', args.before)
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

/** Published posts of everybody. */
export async function listExplore(
  db: Db,
  filter: FeedFilter,
  page: PageRequest,
): Promise<FeedEntry[]> {
  const query = filter === 'all' ? explore : exploreWithMedia;
  return entriesOf(await query(db, spanOf(page)));
}

const explore = prepared((db, args: Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('feed_key', '<', args.before)
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

const exploreWithMedia = prepared((db, args: Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('has_media', '=', 1)
    .where('feed_key', '<', args.before)
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

/** Published posts of one account. */
export async function listByAuthor(
  db: Db,
  authorId: number,
  filter: FeedFilter,
  page: PageRequest,
): Promise<FeedEntry[]> {
  const query = filter === 'all' ? byAuthor : byAuthorWithMedia;
  return entriesOf(await query(db, { authorId, ...spanOf(page) }));
}

const byAuthor = prepared((db, args: { authorId: number } & Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('account_id', '=', args.authorId)
    .where('state', '=', 'published')
    .where('feed_key', '<', args.before)
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

const byAuthorWithMedia = prepared((db, args: { authorId: number } & Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('account_id', '=', args.authorId)
    .where('has_media', '=', 1)
    .where('feed_key', '<', args.before)
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

function spanOf({ before, limit }: PageRequest): Span {
  return { before: before ?? newestKey, limit: limit + 1 };
}

function entriesOf(rows: readonly Row[]): FeedEntry[] {
  return rows.map((row) => ({ key: row.feed_key ?? 0, postId: row.id }));
}
