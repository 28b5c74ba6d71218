import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { sharedDatabase, type TestDatabase } from '../support/databases.ts';
import { aPicture, aPost } from '../support/given.ts';
import { type Person, type TestServer, testServer } from '../support/server.ts';

const people = ['alice', 'bob', 'carla'] as const;
const paths = [
  '/v2/timeline',
  '/v2/timeline?limit=3',
  '/v2/explore',
  '/v2/explore?filter=with-media',
  ...people.flatMap((name) => [
    `/v2/users/${name}`,
    `/v2/users/${name}/posts`,
    `/v2/users/${name}/posts?filter=with-media&limit=2`,
  ]),
];

const person = fc.constantFrom(...people);
const place = fc.nat({ max: 40 });
/** Somebody does something to a post or to somebody. */
const step = fc.record({
  as: person,
  to: person,
  place,
  what: fc.constantFrom(
    'post',
    'post a picture',
    'draft',
    'publish',
    'change',
    'delete',
    'like',
    'unlike',
    'follow',
    'unfollow',
    'rename',
    'sign out',
    'read',
    'like elsewhere',
    'hide elsewhere',
    'disable elsewhere',
    'enable elsewhere',
  ),
});
/** A write elsewhere makes a process forget everything, and would hide what it fails to forget of its own. */
const ownStep = step.filter(({ what }) => !what.endsWith('elsewhere'));
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

// On databases that several processes share nothing is remembered.
const isEmbedded = (process.env.TEST_DATABASE ?? 'sqlite') === 'sqlite';

describe.runIf(isEmbedded)('what is remembered, after any writes', () => {
  let database: TestDatabase;
  let server: TestServer;
  /** As another process has it. */
  let elsewhere: Database;
  const posts: number[] = [];
  const disabled = new Set<Person>();
  let pictures = 0;

  beforeAll(async () => {
    database = await sharedDatabase(process.env.TEST_DATABASE);
    // So little room that much is forgotten for others.
    const environment = { DATABASE_URL: database.url, MEMORY_CACHE_MB: '1' };
    server = await testServer({ environment });
    elsewhere = openDatabase(database.url);
    for (const name of people) await server.tokens(name);
  }, 60_000);
  afterAll(async () => {
    await elsewhere.close();
    await server.close();
    database.release();
  });

  it('is what a process says that has just begun, after writes of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ownStep, { minLength: 3, maxLength: 12 }), async (steps) => {
        for (const one of steps) await take(one);
        await expectFresh();
      }),
      { numRuns: 12 },
    );
  }, 240_000);

  it('is so as well after writes and reads at the same time, here and in another process', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
        await Promise.all(steps.map((one) => take(one)));
        await expectFresh();
      }),
      { numRuns: 8 },
    );
  }, 240_000);

  async function expectFresh(): Promise<void> {
    for (const name of Array.from(disabled)) await changeStanding(name, null);
    for (const name of people) await tokenOf(name);
    const remembered = await readAll(server);
    const fresh = await testServer({
      environment: { DATABASE_URL: database.url, SECRET_KEY: server.app.config.secretKey },
    });
    try {
      expect(remembered).toEqual(await readAll(fresh));
    } finally {
      await fresh.close();
    }
  }

  async function readAll(from: TestServer): Promise<Record<string, string>> {
    const pages: Record<string, string> = {};
    for (const name of people) {
      const headers = { authorization: `Bearer ${await tokenOf(name)}` };
      for (const path of paths) {
        const { status, bytes } = await from.send('GET', path, { headers });
        pages[`${name} ${path}`] = `${status} ${bytes.toString()}`;
      }
    }
    return pages;
  }

  /** A session that lives; one may have ended with its account. */
  async function tokenOf(name: Person): Promise<string> {
    const { accessToken } = await server.tokens(name);
    const { status } = await server.send('GET', '/v2/me', {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    if (status === 200) return accessToken;
    server.forget(name);
    return (await server.tokens(name)).accessToken;
  }

  async function take({ as, to, place: at, what }: Step): Promise<void> {
    const id = posts[at % Math.max(1, posts.length)] ?? 0;
    switch (what) {
      case 'post':
        return void posts.push(await aPost(server, as).catch(() => id));
      case 'post a picture':
        return withPicture(as);
      case 'draft':
        return void posts.push(await aPost(server, as, { state: 'draft' }).catch(() => id));
      case 'publish':
        return send('POST', `/v2/posts/${id}/publish`, as);
      case 'change':
        return send('PATCH', `/v2/posts/${id}`, as, { text: `Text ${at}.` });
      case 'delete':
        return send('DELETE', `/v2/posts/${id}`, as);
      case 'like':
        return send('PUT', `/v2/posts/${id}/like`, as);
      case 'unlike':
        return send('DELETE', `/v2/posts/${id}/like`, as);
      case 'follow':
        return send('PUT', `/v2/users/${to}/follow`, as);
      case 'unfollow':
        return send('DELETE', `/v2/users/${to}/follow`, as);
      case 'rename':
        return send('PATCH', '/v2/me', as, { displayName: `Name ${at}` });
      case 'sign out':
        await send('DELETE', '/v2/sessions/current', as);
        return server.forget(as);
      case 'read':
        return send('GET', paths[at % paths.length] ?? '', as);
      case 'like elsewhere':
        return changeElsewhere(id, { like_count: at });
      case 'hide elsewhere':
        return changeElsewhere(id, { text: `Elsewhere ${at}.` });
      case 'disable elsewhere':
        return changeStanding(to, '2026-06-01T12:00:00.000Z');
      case 'enable elsewhere':
        return changeStanding(to, null);
    }
  }

  /** Refused as often as not: it may be the post of somebody else, or gone. */
  async function send(
    method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    path: string,
    as: Person,
    body?: object,
  ): Promise<void> {
    const headers = { authorization: `Bearer ${(await server.tokens(as)).accessToken}` };
    const { status } = await server.send(method, path, { headers, body });
    expect(status).not.toBe(500);
  }

  async function withPicture(as: Person): Promise<void> {
    if (pictures === 4) return;
    pictures += 1;
    const mediaIds = await aPicture(server, as).then(
      (media) => [media],
      () => [],
    );
    posts.push(await aPost(server, as, { mediaIds }).catch(() => 0));
    await server.work();
  }

  async function changeElsewhere(
    id: number,
    values: { like_count?: number; text?: string },
  ): Promise<void> {
    await elsewhere.transaction((tx) =>
      tx.updateTable('posts').set(values).where('id', '=', id).execute(),
    );
  }

  async function changeStanding(name: Person, at: string | null): Promise<void> {
    if (at === null) disabled.delete(name);
    else disabled.add(name);
    await elsewhere.transaction((tx) =>
      tx.updateTable('accounts').set({ disabled_at: at }).where('username', '=', name).execute(),
    );
  }
});
