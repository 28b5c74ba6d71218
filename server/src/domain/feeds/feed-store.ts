import type { Db } from '../../db/database.ts';
import { hasLateral } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { PageRequest } from '../paging.ts';
import { postIsInFeeds, postIsPublished } from '../visibility/visibility-store.ts';

/** A place in a feed: which post, and the key that orders it. */
export type FeedEntry = { key: number; postId: number };

/** Which published posts a feed shows. */
export type FeedFilter = 'all' | 'with-media';

/** Above every key there will be. */
const newestKey = Number.MAX_SAFE_INTEGER;

type Row = { feed_key: number | null; id: number };
type Span = { before: number; limit: number };

/**
 * Published posts of these authors. PostgreSQL would walk through everybody's posts until it has found enough of quiet
 * authors, given a subquery or a list alike. There a walk of fixed length comes first, which is enough for those who
 * follow many or loud ones, and then each author is asked for the newest (docs/decisions/0010).
 */
export async function listByAuthors(
  db: Db,
  authorIds: readonly number[],
  page: PageRequest,
): Promise<FeedEntry[]> {
  const args = { authorIds: [...authorIds], ...spanOf(page) };
  if (!hasLateral(db)) return entriesOf(await byAuthors(db, args));
  const recent = await recentByAuthors(db, args);
  return entriesOf(recent.length === args.limit ? recent : await byEachAuthor(db, args));
}

/** Posts of everybody that the walk looks at: about what it takes to ask fifty authors one by one. */
const walkLength = 2000;

const recentByAuthors = prepared((db, args: { authorIds: number[] } & Span) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom('posts')
        .select(['feed_key', 'id', 'account_id'])
        .where(postIsInFeeds(args.before))
        .orderBy('feed_key', 'desc')
        .limit(walkLength)
        .as('recent'),
    )
    .select(['feed_key', 'id'])
    .where('account_id', 'in', args.authorIds)
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

const byEachAuthor = prepared((db, args: { authorIds: number[] } & Span) =>
  db
    .selectFrom('accounts')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('posts')
          .select(['feed_key', 'id'])
          .whereRef('posts.account_id', '=', 'accounts.id')
          .where(postIsPublished())
          .where(postIsInFeeds(args.before))
          .orderBy('feed_key', 'desc')
          .limit(args.limit)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .select(['newest.feed_key', 'newest.id'])
    .where('accounts.id', 'in', args.authorIds)
    .orderBy('newest.feed_key', 'desc')
    .limit(args.limit),
);

const byAuthors = prepared((db, args: { authorIds: number[] } & Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('account_id', 'in', args.authorIds)
    .where(postIsPublished())
    .where(postIsInFeeds(args.before))
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
    .where(postIsInFeeds(args.before))
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

const exploreWithMedia = prepared((db, args: Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('has_media', '=', 1)
    .where(postIsInFeeds(args.before))
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
    .where(postIsPublished())
    .where(postIsInFeeds(args.before))
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

const byAuthorWithMedia = prepared((db, args: { authorId: number } & Span) =>
  db
    .selectFrom('posts')
    .select(['feed_key', 'id'])
    .where('account_id', '=', args.authorId)
    .where('has_media', '=', 1)
    .where(postIsInFeeds(args.before))
    .orderBy('feed_key', 'desc')
    .limit(args.limit),
);

function spanOf({ before, limit }: PageRequest): Span {
  return { before: before ?? newestKey, limit: limit + 1 };
}

function entriesOf(rows: readonly Row[]): FeedEntry[] {
  return rows.map((row) => ({ key: row.feed_key ?? 0, postId: row.id }));
}
