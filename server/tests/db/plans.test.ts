import { CompiledQuery, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, type Db, openDatabase } from '../../src/db/database.ts';
import { compiledQueries } from '../../src/db/dry-run.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { listByAuthor, listByAuthors, listExplore } from '../../src/domain/feeds/feed-store.ts';
import { listVisibleFollows } from '../../src/domain/follows/follow-store.ts';
import { listVisibleLikes } from '../../src/domain/likes/like-store.ts';
import { listNotifications } from '../../src/domain/notifications/notification-store.ts';
import { listOriginals } from '../../src/domain/originals/original-store.ts';
import type { PageRequest } from '../../src/domain/paging.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

/** Of 20,000 posts, 1,000 loud authors wrote all but the oldest 100, which are of one quiet author each. */
const loudAuthors = 1000;
const quietAuthors = 100;
const posts = 20_000;
/** As in feed-store.ts. */
const walkLength = 2000;
const page = { before: null, limit: 20 };

describe.skipIf(process.env.TEST_DATABASE !== 'postgres')('plans of PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await emptyDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url, 2);
    await fill(database);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  it.each([1, 10, 50, 100])(
    'a timeline of %i quiet followees reads their posts and a walk of fixed length',
    async (followees) => {
      const found = await listByAuthors(database, quiet(followees), page);
      const plans = await plansOf(quiet(followees));

      const rowsRead = plans.reduce((sum, plan) => sum + plan.rowsRead, 0);
      expect(found.map(({ postId }) => postId)).toEqual(newestOf(followees).slice(0, 21));
      expect(plans.flatMap(({ scans }) => scans)).not.toContain('Seq Scan');
      expect(rowsRead).toBeLessThanOrEqual(walkLength + followees);
    },
  );

  it('a timeline of loud followees ends with the walk', async () => {
    const loud = Array.from({ length: 100 }, (_, i) => 1 + i);

    const found = await listByAuthors(database, loud, page);
    const [walk] = await plansOf(loud);

    expect(found).toHaveLength(21);
    expect(walk?.rowsRead).toBeLessThanOrEqual(walkLength);
  });

  async function plansOf(authorIds: number[]): Promise<Plan[]> {
    const queries = await compiledQueries(test.url, (db) => listByAuthors(db, authorIds, page));
    return Promise.all(queries.map(planOf));
  }

  async function planOf(query: CompiledQuery): Promise<Plan> {
    const text = `explain (analyze, format json) ${query.sql}`;
    const explain = CompiledQuery.raw(text, [...query.parameters]);
    const { rows } = await database.executeQuery<{ 'QUERY PLAN': [{ Plan: Node }] }>(explain);
    return readPlan(rows[0]?.['QUERY PLAN'][0].Plan);
  }
});

describe.skipIf(process.env.TEST_DATABASE !== 'sqlite')('plans of SQLite', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await emptyDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url, 1);
    await migrateUp(database);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  it('a page of everybody’s pictures is read from its end, without sorting them all', async () => {
    const everybodys = { accountId: null, limit: 20, offset: 0 };

    const steps = await stepsOf((db) => listOriginals(db, everybodys));

    expect(steps).toContain('SCAN media USING INDEX media_created_at_id');
    expect(steps.join()).not.toContain('TEMP B-TREE');
  });

  const lists: Record<string, (db: Db, part: PageRequest) => Promise<unknown>> = {
    explore: (db, part) => listExplore(db, 'all', part),
    'explore with pictures': (db, part) => listExplore(db, 'with-media', part),
    'posts of an author': (db, part) => listByAuthor(db, 1, 'all', part),
    'posts with pictures of an author': (db, part) => listByAuthor(db, 1, 'with-media', part),
    'likes of a post': (db, part) => listVisibleLikes(db, 1, part),
    followers: (db, part) => listVisibleFollows(db, { target: 1 }, part),
    followees: (db, part) => listVisibleFollows(db, { actor: 1 }, part),
    notifications: (db, part) => listNotifications(db, 1, part),
  };

  it.each(Object.entries(lists))(
    '%s are found by an index from either end, unsorted',
    async (_, list) => {
      const parts: PageRequest[] = [
        { ...page, before: 4096 },
        { ...page, after: 4096 },
        { ...page, after: 4096, from: 'oldest' },
      ];

      for (const part of parts) {
        const steps = await stepsOf((db) => list(db, part));

        expect(steps.join('\n')).toMatch(/SEARCH \w+ USING (COVERING )?INDEX .*_key[<>]/);
        expect(steps.join()).not.toContain('TEMP B-TREE');
      }
    },
  );

  async function stepsOf(read: (db: Db) => Promise<unknown>): Promise<string[]> {
    const [query] = await compiledQueries(test.url, (db) => read(db));
    const text = `explain query plan ${query?.sql}`;
    const explain = CompiledQuery.raw(text, [...(query?.parameters ?? [])]);
    const { rows } = await database.executeQuery<{ detail: string }>(explain);
    return rows.map(({ detail }) => detail);
  }
});

/** Ids of authors that have one old post each. */
function quiet(count: number): number[] {
  return Array.from({ length: count }, (_, i) => loudAuthors + 1 + i);
}

/** Their posts, the newest first: the n-th wrote post n. */
function newestOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => count - i);
}

type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
};

type Plan = { scans: string[]; rowsRead: number };

/** How posts are read, and how many of them are looked at for it. */
function readPlan(node: Node | undefined): Plan {
  if (!node) return { scans: [], rowsRead: 0 };
  const below = (node.Plans ?? []).map(readPlan);
  const scans = below.flatMap((plan) => plan.scans);
  const rowsRead = below.reduce((sum, plan) => sum + plan.rowsRead, 0);
  if (node['Relation Name'] !== 'posts') return { scans, rowsRead };
  const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return { scans: [...scans, node['Node Type']], rowsRead: rowsRead + rows };
}

async function fill({ kysely }: Database): Promise<void> {
  const at = '2026-06-01T12:00:00.000Z';
  await sql`
    insert into accounts
    select id, 'person' || id, null, null, null, 'Person', '', 'user', null, null, 0, 0, 0, 0, ${at}::text, ${at}::text
    from generate_series(1, ${sql.lit(loudAuthors + quietAuthors)}) as id`.execute(kysely);
  await sql`
    insert into posts
    select id,
      case when id <= ${sql.lit(quietAuthors)} then ${sql.lit(loudAuthors)} + id else 1 + id % ${sql.lit(loudAuthors)} end,
      'published', 'Hello.', 0, id * 4096, 0, ${at}::text, ${at}::text, ${at}::text
    from generate_series(1, ${sql.lit(posts)}) as id`.execute(kysely);
  await sql`analyze posts, accounts`.execute(kysely);
}
