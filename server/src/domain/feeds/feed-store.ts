import type { SelectQueryBuilder } from 'kysely';
import type { Db } from '../../db/database.ts';
import { hasLateral } from '../../db/dialects.ts';
import { inRange, type KeyRange, preparedRange } from '../../db/key-range.ts';
import type { Schema } from '../../db/schema.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import type { PostEntry } from '../posts/post-rules.ts';
import { postIsInFeeds, postIsPublished } from '../visibility/visibility-store.ts';

/** A place in a feed: which post, the key that orders it, and what rules need to know before the post is loaded. */
export type FeedEntry = PostEntry & { key: number };

/** Which published posts a feed shows. */
export type FeedFilter = 'all' | 'with-media';

type Row = { feed_key: number | null; id: number; account_id: number };

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
  const args = { authorIds: [...authorIds] };
  const range = rangeOf(page);
  if (!hasLateral(db)) return entriesOf(await byAuthors(db, args, range));
  const recent = await recentByAuthors(db, args, range);
  return entriesOf(recent.length === range.limit ? recent : await byEachAuthor(db, args, range));
}

/** Posts of everybody that the walk looks at: about what it takes to ask fifty authors one by one. */
const walkLength = 2000;

const recentByAuthors = preparedRange((db, args: { authorIds: number[] }, range) =>
  db
    .selectFrom((eb) => {
      const posts = eb.selectFrom('posts').select(['feed_key', 'id', 'account_id']);
      return inFeeds(posts, { ...range, limit: walkLength }).as('recent');
    })
    .select(['feed_key', 'id', 'account_id'])
    .where('account_id', 'in', args.authorIds)
    .orderBy('feed_key', orderOf(range))
    .limit(range.limit),
);

const byEachAuthor = preparedRange((db, args: { authorIds: number[] }, range) =>
  db
    .selectFrom('accounts')
    .innerJoinLateral(
      (eb) => {
        const posts = eb
          .selectFrom('posts')
          .select(['feed_key', 'id', 'account_id'])
          .whereRef('posts.account_id', '=', 'accounts.id')
          .where(postIsPublished());
        return inFeeds(posts, range).as('newest');
      },
      (join) => join.onTrue(),
    )
    .select(['newest.feed_key', 'newest.id', 'newest.account_id'])
    .where('accounts.id', 'in', args.authorIds)
    .orderBy('newest.feed_key', orderOf(range))
    .limit(range.limit),
);

const byAuthors = preparedRange((db, args: { authorIds: number[] }, range) =>
  inFeeds(entries(db).where('account_id', 'in', args.authorIds).where(postIsPublished()), range),
);

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

function orderOf({ from }: KeyRange): 'asc' | 'desc' {
  return from === 'oldest' ? 'asc' : 'desc';
}

function entriesOf(rows: readonly Row[]): FeedEntry[] {
  return rows.map((row) => ({ key: row.feed_key ?? 0, postId: row.id, byId: row.account_id }));
}
