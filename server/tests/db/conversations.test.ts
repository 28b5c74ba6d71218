import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database, Db } from '../../src/db/database.ts';
import { listVisibleBlocks } from '../../src/domain/blocks/block-store.ts';
import {
  listBranch,
  listReplies,
  listThread,
  readAncestorIds,
} from '../../src/domain/threads/thread-store.ts';
import { readBlockedPairs, readRelations } from '../../src/domain/visibility/relation-store.ts';
import {
  collectStatistics,
  type FilledDatabase,
  fillAccounts,
  fillBlocks,
  filledDatabase,
  fillPosts,
} from '../support/many-posts.ts';
import { rowsRead } from '../support/rows-read.ts';

/** Post 1 has 5,000 replies, one of which has a hundred; the later posts answer one another in pairs. */
const replies = { root: 1, first: 2, count: 5000 };
const branch = { of: 10, first: 5002, count: 100 };
const posts = 12_000;
/** Each answers the one before it; in a conversation of its own. */
const chain = { first: 10_001, count: 1200 };
/** Account 1 is blocked by 5,000 others, and account 2 has blocked as many. */
const blocked = 1;
const blocker = 2;
const crowd = { first: 11, count: 5000 };

const newest = { before: null, limit: 20 };
const oldest = { before: null, after: 16, limit: 20, from: 'oldest' } as const;
const authors = Array.from({ length: 20 }, (_, i) => 3000 + i);

let filled: FilledDatabase;
let database: Database;

beforeAll(async () => {
  filled = await filledDatabase(fill);
  database = filled.database;
}, 120_000);

afterAll(() => filled.close());

const reads: Record<string, [most: number, read: (db: Db) => Promise<unknown>]> = {
  'the first replies': [210, (db) => listReplies(db, replies.root, oldest)],
  'the last replies': [210, (db) => listReplies(db, replies.root, newest)],
  'the beginning of a thread': [210, (db) => listThread(db, replies.root, oldest)],
  'the end of a thread': [210, (db) => listThread(db, replies.root, newest)],
  'a branch': [10 * branch.count, (db) => listBranch(db, branch.of, oldest)],
  'what is above a reply': [20, (db) => readAncestorIds(db, branch.first)],
  'relations of somebody whom thousands have blocked': [
    100,
    (db) => readRelations(db, blocked, authors),
  ],
  'relations of somebody who has blocked thousands': [
    100,
    (db) => readRelations(db, blocker, authors),
  ],
  'a page of blocks': [210, (db) => listVisibleBlocks(db, { actor: blocker }, newest)],
  'blocks between the people of a page': [
    200,
    (db) => readBlockedPairs(db, [blocked, blocker], authors),
  ],
};

it.each(Object.entries(reads))('%s reads little more than it shows', async (_, [most, read]) => {
  expect(await rowsRead(filled, read)).toBeLessThanOrEqual(most);
});

it('a branch ends 500 levels below its beginning, on engines that allow no more too', async () => {
  const all = { ...oldest, after: 0, limit: 6000 };

  expect(await listBranch(database, chain.first, all)).toHaveLength(500);
});

it('a branch is what is below a reply, a thread what is below the beginning', async () => {
  const all = { ...oldest, after: 0, limit: 6000 };

  expect(await listBranch(database, branch.of, all)).toHaveLength(branch.count);
  expect(await listThread(database, replies.root, all)).toHaveLength(replies.count + branch.count);
});

async function fill(database: Database): Promise<void> {
  await fillAccounts(database, 6000);
  const author = sql<number>`n % 5000 + 1`;
  for (let from = 1; from < posts; from += posts / 2) {
    await fillPosts(database, { count: posts / 2, from, author });
  }
  await sql`update posts set status_key = feed_key`.execute(database.kysely);
  await reply(database, replies.root, replies);
  await reply(database, branch.of, branch);
  await sql`
    update posts set reply_to_id = id - 1, root_id = id - 1, feed_key = null
    where id > ${branch.first + branch.count} and id % 2 = 0`.execute(database.kysely);
  await sql`
    update posts set reply_to_id = id - 1, root_id = ${chain.first - 1}, feed_key = null
    where id >= ${chain.first} and id < ${chain.first + chain.count}`.execute(database.kysely);
  await fillBlocks(database, { of: blocked, ...crowd, isBlocker: false });
  await fillBlocks(database, { of: blocker, ...crowd, isBlocker: true });
  await collectStatistics(database);
}

/** Makes posts replies to one. */
async function reply(
  { kysely }: Database,
  to: number,
  { first, count }: { first: number; count: number },
) {
  await sql`
    update posts set reply_to_id = ${to}, root_id = ${replies.root}, feed_key = null
    where id >= ${first} and id < ${first + count}`.execute(kysely);
}
