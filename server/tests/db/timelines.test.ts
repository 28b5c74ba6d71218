import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Db } from '../../src/db/database.ts';
import { listByAuthor, listExplore } from '../../src/domain/feeds/feed-store.ts';
import { listTimeline } from '../../src/domain/feeds/timeline-store.ts';
import { listVisibleFollows } from '../../src/domain/follows/follow-store.ts';
import type { PageRequest } from '../../src/domain/paging.ts';
import {
  collectStatistics,
  type FilledDatabase,
  fillAccounts,
  filledDatabase,
  fillFollows,
  fillPosts,
} from '../support/many-posts.ts';
import { rowsRead } from '../support/rows-read.ts';

/** Viewers, by whom they follow. Everybody else is an author. */
const viewers = { few: 1, manyQuiet: 2, loud: 3, mixed: 4, manyLoud: 5 };
const quiet = { first: 11, count: 5000, postsEach: 4 };
const few = { first: 5011, count: 10, postsEach: 1500 };
const loud = { first: 5021, count: 300, postsEach: 20 };
const accounts = 5400;
/** As in timeline-store.ts; on MySQL each post of the shorter walk is looked at three times. */
const walkLength = 2000;
const page = { before: null, limit: 20 };
const bothEnds: PageRequest[] = [page, { ...page, after: 16, from: 'oldest' }];

let filled: FilledDatabase;
let database: Database;

beforeAll(async () => {
  filled = await filledDatabase(fill);
  database = filled.database;
}, 120_000);

afterAll(() => filled.close());

describe('a timeline', () => {
  it.each(Object.entries(viewers))(
    'of somebody with followees %s is what they wrote',
    async (_, viewer) => {
      const parts: PageRequest[] = [
        page,
        { before: null, limit: 3 },
        { before: null, limit: 300 },
        { before: 6000 * 16, limit: 20 },
        { before: 21_000 * 16, after: 3000 * 16, limit: 100 },
        { before: null, after: 3000 * 16, limit: 20, from: 'oldest' },
        { before: null, after: 0, limit: 300, from: 'oldest' },
      ];
      for (const part of parts) {
        const found = await listTimeline(database, viewer, part);

        expect(found.map(({ postId }) => postId)).toEqual(await plainTimeline(viewer, part));
      }
    },
  );

  it.each([
    ['few that wrote much long ago', viewers.few, few.count],
    ['5,000 that wrote little long ago', viewers.manyQuiet, quiet.count],
    ['those who write all the time', viewers.loud, 100],
    ['hundreds of those who write all the time', viewers.manyLoud, loud.count],
    ['some of each', viewers.mixed, 40],
  ])('of %s reads little more than it shows', async (_, viewer, followees) => {
    for (const part of bothEnds) {
      const read = await rowsRead(filled, (db) => listTimeline(db, viewer, part));
      // The walk, each followee twice and two of its keys, the page of each who is on it, and what is shown of a post.
      const most = walkLength + 4 * followees + 21 * 21 + 10 * 21;

      expect(read).toBeLessThanOrEqual(most);
    }
  });
});

describe('a list of one author or of everybody', () => {
  const lists: Record<string, (db: Db, part: PageRequest) => Promise<unknown>> = {
    explore: (db, part) => listExplore(db, 'all', part),
    'explore with pictures': (db, part) => listExplore(db, 'with-media', part),
    'posts of an author': (db, part) => listByAuthor(db, few.first, 'all', part),
    'pictures of an author': (db, part) => listByAuthor(db, few.first, 'with-media', part),
    followers: (db, part) => listVisibleFollows(db, { target: loud.first }, part),
    followees: (db, part) => listVisibleFollows(db, { actor: viewers.manyQuiet }, part),
  };

  it.each(Object.entries(lists))('%s reads little more than it shows', async (_, list) => {
    for (const part of bothEnds) {
      expect(await rowsRead(filled, (db) => list(db, part))).toBeLessThanOrEqual(10 * 21);
    }
  });
});

/** The same by a query that is simple and slow. */
async function plainTimeline(viewer: number, part: PageRequest): Promise<number[]> {
  const { limit, before, after = null, from } = part;
  const { rows } = await sql<{ id: number }>`
    select id from posts
    where (account_id = ${viewer} or account_id in (select followee_id from follows where follower_id = ${viewer}))
      and feed_key < ${before ?? Number.MAX_SAFE_INTEGER} and feed_key > ${after ?? 0}
    order by feed_key ${sql.raw(from === 'oldest' ? 'asc' : 'desc')}
    limit ${limit + 1}`.execute(database.kysely);
  const ids = rows.map(({ id }) => id);
  return from === 'oldest' ? ids.reverse() : ids;
}

async function fill(database: Database): Promise<void> {
  await fillAccounts(database, accounts);
  let from = 1;
  for (const { first, count, postsEach } of [quiet, few, loud]) {
    const author = sql<number>`${sql.lit(first)} + n % ${sql.lit(count)}`;
    await fillPosts(database, { count: count * postsEach, from, author });
    from += count * postsEach;
  }
  const follows = [
    { by: viewers.few, ...few },
    { by: viewers.manyQuiet, ...quiet },
    { by: viewers.loud, first: loud.first, count: 100 },
    { by: viewers.manyLoud, ...loud },
    { by: viewers.mixed, first: quiet.first, count: 30 },
    { by: viewers.mixed, first: few.first, count: 5 },
    { by: viewers.mixed, first: loud.first, count: 5 },
  ];
  for (const some of follows) await fillFollows(database, some);
  await collectStatistics(database);
}
