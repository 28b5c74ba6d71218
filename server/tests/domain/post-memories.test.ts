import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { memoryBudget } from '../../src/domain/memory-budget.ts';
import { postMemories } from '../../src/domain/posts/post-memories.ts';
import { type MemoryUse, memoryChannel } from '../../src/domain/row-memory.ts';
import { fillAccounts, fillPosts } from '../support/many-posts.ts';

const posts = 60;
const length = 5000;
const budget = { ...memoryBudget(), posts: 1_000_000 };

describe('the memory of posts', () => {
  let database: Database;
  let kept = 0;

  const note = (use: unknown) => void (kept = (use as MemoryUse).size);

  beforeAll(async () => {
    database = openDatabase('sqlite::memory:');
    await migrateUp(database);
    await fillAccounts(database, 1);
    await fillPosts(database, { count: posts, from: 1, author: sql`1` });
    memoryChannel.subscribe(note);
  });
  afterAll(async () => {
    memoryChannel.unsubscribe(note);
    await database.close();
  });

  it.each([
    ['that ASCII has', 'a', 1],
    ['of other scripts', '\u9ce5', 3],
  ])('keeps no more texts than it has room for, in letters %s', async (_, letter, bytes) => {
    const text = letter.repeat(length);
    await database.transaction((tx) => tx.updateTable('posts').set({ text }).execute());
    const { postsOf } = postMemories(database, budget);
    for (let id = 1; id <= posts; id += 1) await postsOf([id]);

    // The text, of which a letter takes one byte or two, and its UTF-8 for those who like the post and for the others.
    const bytesEach = length * (Math.min(bytes, 2) + 2 * bytes);
    expect(kept).toBeGreaterThan(0);
    expect(kept * bytesEach).toBeLessThanOrEqual(budget.posts);
  });
});
