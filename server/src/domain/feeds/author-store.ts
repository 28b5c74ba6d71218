import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../db/database.ts';
import type { KeyRange } from '../../db/key-range.ts';
import { prepared, wholeList } from '../../db/prepared.ts';
import { hasLateral, isMysql } from '../../db/which-engine.ts';
import { postIsPublished } from '../visibility/visibility-store.ts';
import type { FeedRow } from './feed-store.ts';

/** An author, and the key from which on posts are wanted; exclusive. */
export type AuthorPlace = { authorId: number; place: number };

type Head = { authorId: number; key: number };

type Bounds = { before: number; after: number; limit: number };

const maxKey = Number.MAX_SAFE_INTEGER;

/** Either end from which a list is read. */
const directions = {
  newest: {
    order: sql.raw('desc'),
    none: sql.lit(0),
    within: (place: unknown, end: unknown) => sql`feed_key < ${place} and feed_key > ${end}`,
  },
  oldest: {
    order: sql.raw('asc'),
    none: sql.lit(maxKey),
    within: (place: unknown, end: unknown) => sql`feed_key > ${place} and feed_key < ${end}`,
  },
};

/** The first key of each followee within a range, in the order of the list; at most as many as the range takes. */
export async function readHeads(db: Db, viewerId: number, range: KeyRange): Promise<Head[]> {
  const { before, after, limit, from } = range;
  const args = { viewerId, before: before ?? maxKey, after: after ?? 0, limit };
  const rows = await heads[from](db, args);
  return rows.filter(({ key }) => key > 0 && key < maxKey);
}

const heads = { newest: headsFrom('newest'), oldest: headsFrom('oldest') };

/** A followee without a post stands at the end. */
function headsFrom(from: KeyRange['from']) {
  const { order, none } = directions[from];
  return prepared((db, args: Bounds & { viewerId: number }) => {
    const query = sql<Head>`
      select followee_id as ${sql.ref('authorId')}, coalesce((
        select feed_key from ${postsByAuthor(db)}
        where account_id = follows.followee_id and ${postIsPublished()}
          and feed_key < ${args.before} and feed_key > ${args.after}
        order by feed_key ${order} limit 1
      ), ${none}) as ${sql.ref('key')}
      from follows where follower_id = ${args.viewerId}
      order by 2 ${order} limit ${args.limit}`;
    return { compile: () => query.compile(db) };
  });
}

/** Posts of each of these authors from its place on, at most `limit` of each, in no order; some may come twice. */
export function readOfAuthors(
  db: Db,
  authors: readonly AuthorPlace[],
  { before, after, limit, from }: KeyRange,
): Promise<FeedRow[]> {
  return ofAuthors[from](db, {
    authorIds: authors.map(({ authorId }) => authorId),
    places: authors.map(({ place }) => place),
    bound: from === 'oldest' ? (before ?? maxKey) : (after ?? 0),
    limit,
  });
}

const ofAuthors = { newest: ofAuthorsFrom('newest'), oldest: ofAuthorsFrom('oldest') };

type AuthorArgs = { authorIds: number[]; places: number[]; bound: number; limit: number };

function ofAuthorsFrom(from: KeyRange['from']) {
  const { order, within } = directions[from];
  return prepared((db, { authorIds, places, bound, limit }: AuthorArgs) => {
    const ofAuthor = (id: unknown, place: unknown) => sql<FeedRow>`
      select feed_key, id, account_id from ${postsByAuthor(db)}
      where account_id = ${id} and ${postIsPublished()} and ${within(place, bound)}
      order by feed_key ${order} limit ${limit}`;
    const each = authorIds.map((id, i) => ofAuthor(id, places[i]));
    const query = hasLateral(db)
      ? sql<FeedRow>`select first.* from
          unnest(${wholeList(authorIds)}::integer[], ${wholeList(places)}::bigint[]) as authors(id, place)
          cross join lateral (${ofAuthor(sql.ref('authors.id'), sql.ref('authors.place'))}) as first`
      : unionOf(db, each);
    return { compile: () => query.compile(db) };
  });
}

/** MariaDB sometimes walks through everybody's posts instead, since they are in the right order. */
function postsByAuthor(db: Db): RawBuilder<unknown> {
  return isMysql(db) ? sql`posts force index (posts_account_id_state_feed_key)` : sql`posts`;
}

/** MySQL takes the queries in brackets; SQLite takes them as tables only. */
function unionOf(db: Db, queries: ReadonlyArray<RawBuilder<FeedRow>>): RawBuilder<FeedRow> {
  const parts = isMysql(db)
    ? queries.map((query) => sql`(${query})`)
    : queries.map((query) => sql`select * from (${query})`);
  return sql<FeedRow>`${sql.join(parts, sql` union all `)}`;
}
