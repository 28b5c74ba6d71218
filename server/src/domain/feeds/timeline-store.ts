import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../db/database.ts';
import { hasLateral } from '../../db/dialects.ts';
import { type KeyRange, newestFirst, usualSize } from '../../db/key-range.ts';
import { prepared } from '../../db/prepared.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import { postIsPublished } from '../visibility/visibility-store.ts';
import { entriesOf, type FeedEntry, type FeedRow } from './feed-store.ts';
import { readTimelineInRounds } from './timeline-rounds.ts';

/**
 * Published posts of an account and of those it follows. What is read is bounded on every engine: a few keys of each
 * followee, and little more than the page of those whose posts stand on it (docs/decisions/0048).
 */
export async function listTimeline(
  db: Db,
  viewerId: number,
  page: PageRequest,
): Promise<FeedEntry[]> {
  const range = rangeOf(page);
  const size = usualSize(range.limit);
  if (!hasLateral(db) || size === undefined) {
    return entriesOf(await readTimelineInRounds(db, viewerId, range));
  }
  const rows = await inOneStatement(size, range)(db, { viewerId, ...boundsOf(range) });
  return entriesOf(newestFirst(rows.slice(0, range.limit), range));
}

/** Posts of everybody that are looked at first for somebody who follows more than `manyFollowees`. */
const walkLength = 2000;
const manyFollowees = 200;

type Args = { viewerId: number; before: number; after: number };

function boundsOf({ before, after }: KeyRange): Omit<Args, 'viewerId'> {
  return { before: before ?? Number.MAX_SAFE_INTEGER, after: after ?? 0 };
}

const statements = new Map<string, ReturnType<typeof timelineStatement>>();

function inOneStatement(size: number, { from }: KeyRange) {
  const key = `${size} ${from}`;
  const known = statements.get(key) ?? timelineStatement(size, from);
  statements.set(key, known);
  return known;
}

/**
 * For PostgreSQL. Who follows many is usually served by a walk through everybody's posts, which ends once the page is full.
 * Otherwise each author gives the first few keys, and `page_end` is the key above which the page must lie. Only authors whose
 * last given key is above it may have more posts on the page.
 */
function timelineStatement(size: number, from: KeyRange['from']) {
  const { order, edge, isCloser, none } = directions[from];
  const limit = sql.lit(size);
  const few = 1 + Math.ceil(size / 50);
  const ofAuthor = (id: RawBuilder<unknown>, start: RawBuilder<unknown>, most: number) => sql`
    select feed_key from posts where account_id = ${id} and ${postIsPublished()} and ${start}
    order by feed_key ${order} limit ${sql.lit(most)}`;
  return prepared((db, args: Args) => {
    const within = sql`feed_key < ${args.before} and feed_key > ${args.after}`;
    const query = sql<FeedRow>`
      with authors as materialized (
        select followee_id as id from follows where follower_id = ${args.viewerId}
        union all select cast(${args.viewerId} as integer)
      ), walk as materialized (
        select feed_key from (
          select feed_key, account_id from posts where ${within}
          order by feed_key ${order} limit ${sql.lit(walkLength)}
        ) as recent
        where (select count(*) from authors) > ${sql.lit(manyFollowees)}
          and (account_id in (select id from authors)) is true
        limit ${limit}
      ), firsts as materialized (
        select authors.id, first.feed_key from authors
        cross join lateral (${ofAuthor(sql.ref('authors.id'), within, few)}) as first
        where (select count(*) from walk) < ${limit}
      ), page_end as materialized (
        select coalesce((
          select feed_key from firsts order by feed_key ${order} limit 1 offset ${sql.lit(size - 1)}
        ), ${none}) as feed_key
      ), others as materialized (
        select other.feed_key from (
          select id, ${edge}(feed_key) as feed_key from firsts
          group by id having count(*) = ${sql.lit(few)}
        ) as last
        cross join lateral (${ofAuthor(
          sql.ref('last.id'),
          sql`feed_key ${isCloser.not} last.feed_key and feed_key ${isCloser.is} (select feed_key from page_end) and ${within}`,
          size,
        )}) as other
        where last.feed_key ${isCloser.is} (select feed_key from page_end)
      )
      select posts.feed_key, posts.id, posts.account_id from (
        select feed_key from walk where (select count(*) from walk) >= ${limit}
        union all select feed_key from firsts
        union all select feed_key from others
        order by feed_key ${order} limit ${limit}
      ) as page
      inner join posts on posts.feed_key = page.feed_key
      order by posts.feed_key ${order}`;
    return { compile: () => query.compile(db) };
  });
}

/** Either end from which a list is read. */
const directions = {
  newest: {
    order: sql.raw('desc'),
    edge: sql.raw('min'),
    isCloser: { is: sql.raw('>'), not: sql.raw('<') },
    none: sql.lit(0),
  },
  oldest: {
    order: sql.raw('asc'),
    edge: sql.raw('max'),
    isCloser: { is: sql.raw('<'), not: sql.raw('>') },
    none: sql.lit(Number.MAX_SAFE_INTEGER),
  },
};
