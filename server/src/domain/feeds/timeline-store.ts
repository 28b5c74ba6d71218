import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Db } from '../../db/database.ts';
import { type KeyRange, newestFirst, usualSize } from '../../db/key-range.ts';
import { prepared } from '../../db/prepared.ts';
import type { Schema } from '../../db/schema.ts';
import { hasLateral, isSqlite } from '../../db/which-engine.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import { postIsPublished } from '../visibility/visibility-store.ts';
import { entriesOf, type FeedEntry, type FeedRow, readEntries, withContent } from './feed-store.ts';
import { readTimelineInRounds } from './timeline-rounds.ts';
import { type TimelineWays, timelineWays } from './timeline-ways.ts';

/**
 * Published posts of an account and of those it follows. What is read is bounded on every engine: a walk of fixed length
 * through everybody's posts, which is enough for those who follow many or loud ones; else a few keys of each followee, and
 * little more than the page of those whose posts stand on it (docs/decisions/0048).
 */
export async function listTimeline(
  db: Db,
  viewerId: number,
  page: PageRequest,
  ways: TimelineWays = timelineWays(),
): Promise<FeedEntry[]> {
  const range = rangeOf(page);
  const size = usualSize(range.limit);
  // A very long page is loaded in parts; on SQLite, memory has what is to be loaded.
  if (isSqlite(db) || size === undefined) {
    return entriesOf(await readTimelineInRounds(db, viewerId, range));
  }
  const args = { viewerId, ...boundsOf(range) };
  if (ways.isWalkLikely(viewerId)) {
    const rows = await statementOf(walkStatement, size, range)(db, args);
    if (rows.length === size) return pageOf(rows, range);
    ways.noteShortWalk(viewerId);
  }
  if (hasLateral(db)) return pageOf(await statementOf(byAuthors, size, range)(db, args), range);
  return entriesOf(await withContentOf(db, await readTimelineInRounds(db, viewerId, range)));
}

function pageOf(rows: FeedRow[], range: KeyRange): FeedEntry[] {
  return entriesOf(newestFirst(rows.slice(0, range.limit), range));
}

async function withContentOf(db: Db, rows: readonly FeedRow[]): Promise<FeedRow[]> {
  const full = await readEntries(
    db,
    rows.map(({ id }) => id),
  );
  const byId = new Map(full.map((row) => [row.id, row]));
  return rows.map((row) => byId.get(row.id) ?? row);
}

/** How many posts of everybody a walk looks at: about what it takes to ask fifty authors one by one. */
const walkLength = { lateral: 2000, none: 400 };

type Args = { viewerId: number; before: number; after: number };

function boundsOf({ before, after }: KeyRange): Omit<Args, 'viewerId'> {
  return { before: before ?? Number.MAX_SAFE_INTEGER, after: after ?? 0 };
}

type Statement = (db: Db, args: Args) => Promise<FeedRow[]>;
type Maker = (size: number, from: KeyRange['from']) => Statement;

const statements = new Map<Maker, Map<string, Statement>>();

/** The statement for pages of a size from one end. */
function statementOf(make: Maker, size: number, { from }: KeyRange): Statement {
  const made = statements.get(make) ?? new Map<string, Statement>();
  statements.set(make, made);
  const key = `${size} ${from}`;
  const known = made.get(key) ?? make(size, from);
  made.set(key, known);
  return known;
}

function walkStatement(size: number, from: KeyRange['from']): Statement {
  const { order } = directions[from];
  return prepared((db, { viewerId, before, after }: Args) => {
    const length = hasLateral(db) ? walkLength.lateral : walkLength.none;
    const page = sql<{ feed_key: number }>`(
      select feed_key from (
        select feed_key, account_id from posts where feed_key < ${before} and feed_key > ${after}
        order by feed_key ${order} limit ${sql.lit(length)}
      ) as recent
      where account_id = ${viewerId}
        or account_id in (select followee_id from follows where follower_id = ${viewerId})
      order by feed_key ${order} limit ${sql.lit(size)}
    )`;
    return contentOf(db, page, from);
  });
}

/** Reads the posts of a page whose keys were found. */
function contentOf(db: Db, page: RawBuilder<{ feed_key: number }>, from: KeyRange['from']) {
  const posts = db
    .selectFrom(page.as('page'))
    .innerJoin('posts', 'posts.feed_key', 'page.feed_key')
    .orderBy('posts.feed_key', from === 'oldest' ? 'asc' : 'desc');
  return withContent(posts as unknown as SelectQueryBuilder<Schema, 'posts', object>);
}

/**
 * For PostgreSQL: each author gives the first few keys, and `page_end` is the key above which the page must lie. Only authors whose
 * last given key is above it may have more posts on the page.
 *
 * `given` hides the values from the planner. Else it would find each time that the plan for these very values looks cheaper
 * than the one that is kept, and planning takes longer than the rest.
 */
function byAuthors(size: number, from: KeyRange['from']): Statement {
  const { order, edge, isCloser, none } = directions[from];
  const limit = sql.lit(size);
  const few = 1 + Math.ceil(size / 50);
  const ofAuthor = (id: RawBuilder<unknown>, start: RawBuilder<unknown>, most: number) => sql`
    select feed_key from posts where account_id = ${id} and ${postIsPublished()} and ${start}
    order by feed_key ${order} limit ${sql.lit(most)}`;
  return prepared((db, args: Args) => {
    const viewerId = sql`(select viewer_id from given)`;
    const within = sql`feed_key < (select before from given) and feed_key > (select after from given)`;
    const page = sql<{ feed_key: number }>`(
      with given as materialized (
        select cast(${args.viewerId} as integer) as viewer_id,
          cast(${args.before} as bigint) as before, cast(${args.after} as bigint) as after
      ), authors as materialized (
        select followee_id as id from follows where follower_id = ${viewerId}
        union all select ${viewerId}
      ), firsts as materialized (
        select authors.id, first.feed_key from authors
        cross join lateral (${ofAuthor(sql.ref('authors.id'), within, few)}) as first
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
      select feed_key from firsts
      union all select feed_key from others
      order by feed_key ${order} limit ${limit}
    )`;
    return contentOf(db, page, from);
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
