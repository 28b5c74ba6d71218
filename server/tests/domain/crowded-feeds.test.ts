import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chanceOf, pick } from '../../src/app/seed/chance.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { type FeedMemory, feedMemory } from '../../src/domain/feeds/feed-memory.ts';
import { type FeedEntry, listByAuthor } from '../../src/domain/feeds/feed-store.ts';
import { listTimeline } from '../../src/domain/feeds/timeline-store.ts';
import { memoryBudget } from '../../src/domain/memory-budget.ts';
import { fillAccounts, fillFollows, fillPosts } from '../support/many-posts.ts';

const viewers = 20;
const authors = { first: 21, count: 40 };
const page = { before: null, limit: 20 };

/** Place for 21 of the 40 lists of authors: requests need the place of what others read. */
const budget = { ...memoryBudget(), feeds: 50_000 };

describe('what is remembered of feeds, in too little memory', () => {
  let database: Database;
  let memory: FeedMemory;

  beforeAll(async () => {
    database = openDatabase('sqlite::memory:');
    await migrateUp(database);
    await fillAccounts(database, 60);
    const { first, count } = authors;
    await fillPosts(database, { count: 1600, from: 1, author: sql`${first} + n % ${count}` });
    for (let by = 1; by <= viewers; by += 1) {
      await fillFollows(database, { by, first: first + ((by * 7) % 37), count: 4 });
    }
    memory = feedMemory(database, budget);
  });
  afterAll(() => database.close());

  it('loses nothing of pages that are read at the same time', async () => {
    const chance = chanceOf('crowded feeds');
    const upTo = (count: number) => pick(chance, count);

    /** A request that comes some steps after others of the same moment. */
    async function read(kind: number): Promise<void> {
      for (let steps = upTo(30); steps > 0; steps -= 1) await Promise.resolve();
      return kind === 0 ? expectAuthor(upTo(authors.count)) : expectTimeline(1 + upTo(viewers));
    }

    for (let moment = 0; moment < 1000; moment += 1) await Promise.all([0, 1, 2, 3].map(read));
  });

  async function expectTimeline(viewer: number): Promise<void> {
    const found = await memory.timeline(viewer, page);
    if (found) expect(idsOf(found)).toEqual(idsOf(await listTimeline(database, viewer, page)));
  }

  async function expectAuthor(place: number): Promise<void> {
    const author = authors.first + place;
    const found = await memory.byAuthor(author, 'all', page);
    const plain = await listByAuthor(database, author, 'all', page);
    if (found) expect(idsOf(found)).toEqual(idsOf(plain));
  }
});

function idsOf(entries: readonly FeedEntry[]): number[] {
  return entries.map(({ postId }) => postId);
}
