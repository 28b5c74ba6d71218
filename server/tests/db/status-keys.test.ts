import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateDown, migrateUp } from '../../src/db/migrate.ts';
import { readPostIds } from '../../src/domain/posts/post-store.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { newPeople } from '../support/crowd.ts';
import { bareDatabase, type TestDatabase } from '../support/databases.ts';
import { anAccount, aPost, changeAccount } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

type Keys = { id: number; feed_key: number | null; status_key: number | null };

function keysOf(database: Database, id: number): Promise<Keys> {
  return database
    .selectFrom('posts')
    .select(['id', 'feed_key', 'status_key'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

describe('the status key of a post', () => {
  let server: TestServer;
  let database: Database;
  let viewer: Viewer;

  beforeAll(async () => {
    server = await testServer();
    database = server.app.database;
    const [person] = await newPeople(server, 1);
    if (!person) throw new Error('Nobody was signed up.');
    viewer = person;
    await anAccount(server, 'alice');
  });

  afterAll(() => server.close());

  async function aDraft(): Promise<number> {
    const { posts } = server.app.services;
    const input = { text: 'Hello.', mediaIds: [], state: 'draft', idempotencyKey: null } as const;
    return (await posts.create(viewer, input)).id;
  }

  it('is missing while the post is a draft', async () => {
    expect((await keysOf(database, await aDraft())).status_key).toBeNull();
  });

  it('is the feed key of the first publication, and finds the post', async () => {
    const id = await aDraft();
    await server.app.services.posts.publish(viewer, id);

    const { feed_key, status_key } = await keysOf(database, id);
    expect(status_key).toBe(feed_key);
    expect(await readPostIds(database, [status_key ?? 0, 17])).toEqual(new Map([[status_key, id]]));
  });

  it('stays when the post moves to a later place or is edited', async () => {
    const { posts } = server.app.services;
    const id = await aDraft();
    await posts.publish(viewer, id);
    const first = await keysOf(database, id);
    await posts.publishAnew(viewer, id);
    await posts.update(viewer, id, { text: 'Hello again.' });

    const moved = await keysOf(database, id);
    expect(moved.feed_key).toBeGreaterThan(first.feed_key ?? Number.NaN);
    expect(moved.status_key).toBe(first.status_key);
  });

  it('stays while the author is disabled, and afterwards', async () => {
    const id = await aPost(server, 'alice');
    const { status_key } = await keysOf(database, id);
    await changeAccount(server, 'alice', { disabled: true });
    await server.work();
    const hidden = await keysOf(database, id);
    await changeAccount(server, 'alice', { disabled: false });
    await server.work();

    expect(hidden).toEqual({ id, feed_key: null, status_key });
    expect((await keysOf(database, id)).status_key).toBe(status_key);
  });

  it('stays with a deleted post, which it no longer finds', async () => {
    const { posts } = server.app.services;
    const id = await aDraft();
    await posts.publish(viewer, id);
    const { status_key } = await keysOf(database, id);
    await posts.remove(viewer, id);

    expect(await keysOf(database, id)).toEqual({ id, feed_key: null, status_key });
    expect(await readPostIds(database, [status_key ?? 0])).toEqual(new Map());
  });

  it('rises with time, and is a whole number that JSON keeps', async () => {
    const keys: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      server.clock.advance(1000);
      const id = await aPost(server, 'carla');
      keys.push((await keysOf(database, id)).status_key ?? 0);
    }

    expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    expect(new Set(keys).size).toBe(5);
    expect(keys.every((key) => Number.isSafeInteger(key) && key > 0)).toBe(true);
  });
});

describe('the migration that adds status keys', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await bareDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url);
  });

  afterAll(async () => {
    await database.close();
    test.release();
  });

  it('gives one to each published post, hidden ones too, and never the same twice', {
    timeout: 60_000,
  }, async () => {
    await migrateUp(database);
    const server = await testServer({ environment: { DATABASE_URL: test.url } });
    const ids: number[] = [];
    for (let n = 0; n < 4; n += 1) ids.push(await aPost(server, 'alice'));
    const draft = await aPost(server, 'alice', { state: 'draft' });
    await server.close();
    await migrateDown(database, '0014-parents-of-refresh-tokens');
    const [first = 0, second = 0, third = 0, fourth = 0] = ids;
    // The second is hidden, under a key that the first has by now; the key after that is the third’s.
    await sql`update posts set feed_key = id`.execute(database.kysely);
    await sql`update posts set feed_key = null where id = ${draft}`.execute(database.kysely);
    await sql`update posts set feed_key = null, hidden_key = ${first} where id = ${second}`.execute(
      database.kysely,
    );
    await sql`update posts set feed_key = ${first + 1} where id = ${third}`.execute(
      database.kysely,
    );
    await sql`update posts set feed_key = 900 where id = ${fourth}`.execute(database.kysely);

    await migrateUp(database);

    const rows = await database.selectFrom('posts').select(['id', 'status_key']).execute();
    const keys = new Map(rows.map((row) => [row.id, row.status_key]));
    expect(keys.get(draft)).toBeNull();
    expect(keys.get(first)).toBe(first);
    expect(keys.get(fourth)).toBe(900);
    expect(new Set(ids.map((id) => keys.get(id))).size).toBe(4);
    expect([...keys.values()].filter((key) => key === null)).toHaveLength(1);
  });
});
