import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, type Db, openDatabase } from '../../src/db/database.ts';
import { compiledQueries } from '../../src/db/dry-run.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { listVisibleBlocks } from '../../src/domain/blocks/block-store.ts';
import { listByAuthor, listExplore } from '../../src/domain/feeds/feed-store.ts';
import { listVisibleFollows } from '../../src/domain/follows/follow-store.ts';
import { listVisibleLikes } from '../../src/domain/likes/like-store.ts';
import { listNotifications } from '../../src/domain/notifications/notification-store.ts';
import { listOriginals } from '../../src/domain/originals/original-store.ts';
import type { PageRequest } from '../../src/domain/paging.ts';
import { listReplies, listThread } from '../../src/domain/threads/thread-store.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

const page = { before: null, limit: 20 };

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
    const everybodys = { accountId: null, viewerId: 1, limit: 20, offset: 0 };

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
    replies: (db, part) => listReplies(db, 1, part),
    'a thread': (db, part) => listThread(db, 1, part),
    blocks: (db, part) => listVisibleBlocks(db, { actor: 1 }, part),
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
