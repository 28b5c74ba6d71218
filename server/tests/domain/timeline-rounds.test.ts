import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type Db, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { listTimeline } from '../../src/domain/feeds/timeline-store.ts';
import { fillAccounts, fillFollows, fillPosts } from '../support/many-posts.ts';

const viewer = 1;
const authors = 30;
const posts = 300;
const bothEnds = [
  { limit: 4, before: null, from: 'newest' as const, first: posts },
  { limit: 4, before: null, after: 0, from: 'oldest' as const, first: 1 },
];

describe('a timeline that is read in several statements', () => {
  let folder: string;
  let database: Database;
  let elsewhere: SqliteFile.Database;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rookery-db-'));
    const file = join(folder, 'test.sqlite');
    database = openDatabase(`sqlite:${file}`);
    await migrateUp(database);
    await fillAccounts(database, 1 + authors);
    await fillFollows(database, { by: viewer, first: 2, count: authors });
    await fillPosts(database, { count: posts, from: 1, author: sql`2 + n % ${authors}` });
    elsewhere = new SqliteFile(file);
  });
  afterAll(async () => {
    elsewhere.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it.each(bothEnds)(
    'is a whole page when a post of it is deleted meanwhile, from the $from',
    async ({ first, ...page }) => {
      for (let step = 1; step <= 6; step += 1) {
        const set = (state: string) =>
          elsewhere.exec(`update posts set state = '${state}' where id = ${first}`);
        const found = await listTimeline(
          interrupted(step, () => set('deleted')),
          viewer,
          page,
        );
        set('published');

        expect(found, `interrupted at step ${step}`).toHaveLength(page.limit + 1);
      }
    },
  );

  /** The database; at one of the steps of reading it, something happens. */
  function interrupted(at: number, happen: () => void): Db {
    let step = 0;
    return new Proxy<Db>(database, {
      get(target, name) {
        if (name === 'getExecutor') {
          step += 1;
          if (step === at) happen();
        }
        return Reflect.get(target, name);
      },
    });
  }
});
