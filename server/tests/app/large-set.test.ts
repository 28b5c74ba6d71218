import { sql } from 'kysely';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largeSetPassword, seedLargeSet } from '../../src/app/seed/large-set.ts';
import { largeSetSize } from '../../src/app/seed/large-set-plan.ts';
import type { Schema } from '../../src/db/schema.ts';
import { type TestServer, testServer } from '../support/server.ts';

const size = { users: 30, posts: 200, follows: 300, likes: 500 };
const quietly = () => {};

describe('the large set', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
    await server.tokens('alice');
    await seedLargeSet(server.app, size, quietly);
  });

  afterAll(() => server.close());

  it('has as many rows as were asked for, beside those that were there', async () => {
    const counts = await Promise.all(
      (['accounts', 'account_names', 'posts', 'media', 'follows', 'likes'] as const).map((table) =>
        countOf(server, table),
      ),
    );

    expect(counts).toEqual([31, 62, 200, 60, 300, 500]);
  });

  it('counts in every account and post what its rows say', async () => {
    const { kysely } = server.app.database;
    const { rows } = await sql<{ table: string; wrong: number }>`
      select 'accounts' as "table", count(*) as wrong from accounts a where
        a.post_count <> (select count(*) from posts where account_id = a.id) or
        a.follower_count <> (select count(*) from follows where followee_id = a.id) or
        a.following_count <> (select count(*) from follows where follower_id = a.id) or
        a.media_bytes <> (select coalesce(sum(bytes), 0) from media where account_id = a.id)
      union all select 'posts', count(*) from posts p where
        p.like_count <> (select count(*) from likes where post_id = p.id) or
        p.has_media <> (select count(*) from media where post_id = p.id)`.execute(kysely);

    expect(rows).toEqual([
      { table: 'accounts', wrong: 0 },
      { table: 'posts', wrong: 0 },
    ]);
  });

  it('shows its account a timeline of whole pages, one after the other', async () => {
    const headers = await logIn(server, 'follows-10');
    const first = await server.send('GET', '/v2/timeline', { headers });
    const next = `/v2/timeline?cursor=${first.body.nextCursor}`;
    const second = await server.send('GET', next, { headers });

    const profile = await server.send('GET', '/v2/users/follows-10');
    expect(profile.body).toMatchObject({ followingCount: 10 });
    expect(first.body.items).toHaveLength(20);
    expect(second.body.items).toHaveLength(20);
    expect(second.body.items[0].publishedAt < first.body.items[19].publishedAt).toBe(true);
  });

  it('has photos whose every size can be fetched as it is described', async () => {
    const explore = await server.send('GET', '/v2/explore?filter=with-media&limit=1');
    const [{ media }] = explore.body.items;
    const [small, , large] = media[0].images;
    const answer = await server.send('GET', new URL(large.url).pathname);
    const seen = await sharp(answer.bytes).metadata();

    expect(small).toMatchObject({ size: 'small', width: 320, height: 240 });
    expect(answer.bytes).toHaveLength(large.bytes);
    expect(seen).toMatchObject({ format: 'jpeg', width: large.width, height: large.height });
  });

  it('leaves ids free for what is written next', async () => {
    const post = await server.send('POST', '/v2/posts', { as: 'alice', body: { text: 'Hello.' } });
    const explore = await server.send('GET', '/v2/explore?limit=1');

    expect(post.status).toBe(201);
    expect(explore.body.items).toMatchObject([{ id: post.body.id, text: 'Hello.' }]);
  });

  it('is refused where it is already', async () => {
    const again = seedLargeSet(server.app, size, quietly);

    await expect(again).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('two large sets of the same size', () => {
  const tables = ['accounts', 'account_names', 'follows', 'posts', 'media', 'likes'] as const;
  let one: TestServer;
  let other: TestServer;

  beforeAll(async () => {
    one = await testServer();
    other = await testServer();
    await seedLargeSet(one.app, size, quietly);
    await seedLargeSet(other.app, size, quietly);
  });

  afterAll(async () => {
    await one.close();
    await other.close();
  });

  it.each(tables)('have the same rows in %s, but for the salt of the password', async (table) => {
    const rows = await rowsOf(one, table);

    expect(rows).toEqual(await rowsOf(other, table));
  });
});

describe('the size of a large set', () => {
  it('grows with its users unless it is given', () => {
    const whole = largeSetSize({ users: 10_000 });
    const small = largeSetSize({ users: 3, likes: 7 });

    expect(whole).toEqual({ users: 10_000, posts: 200_000, follows: 480_000, likes: 1_000_000 });
    expect(small).toEqual({ users: 3, posts: 60, follows: 6, likes: 7 });
  });

  it.each([
    ['users', { users: 0 }],
    ['follows', { users: 3, follows: 7 }],
    ['likes', { users: 3, posts: 2, likes: 7 }],
  ])('is refused when there cannot be so many %s', async (field, given) => {
    const server = await testServer();

    const seeding = seedLargeSet(server.app, largeSetSize(given), quietly);

    await expect(seeding).rejects.toMatchObject({ code: 'invalid', fields: [{ field }] });
    await server.close();
  });
});

async function logIn(server: TestServer, login: string): Promise<{ authorization: string }> {
  const { body } = await server.send('POST', '/v2/sessions', {
    body: { login, password: largeSetPassword },
  });
  return { authorization: `Bearer ${body.accessToken}` };
}

async function countOf({ app }: TestServer, table: keyof Schema): Promise<number> {
  const { count } = await app.database.kysely
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

async function rowsOf({ app }: TestServer, table: keyof Schema): Promise<object[]> {
  const rows = await app.database.kysely.selectFrom(table).selectAll().execute();
  return rows.map((row) => ({ ...row, password_hash: '' }));
}
