import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPost, changeAccount } from '../../support/given.ts';
import { scenarios } from '../../support/scenarios.ts';
import { type Person, type TestServer, testServer } from '../../support/server.ts';

const signUp = async (s: TestServer) => {
  for (const person of ['alice', 'bob', 'carla'] as const) await s.tokens(person);
};

/** Bob is blocked by alice. */
const blocked = async (s: TestServer) => {
  await signUp(s);
  const post = await aPost(s, 'alice');
  const bobs = await aPost(s, 'bob');
  await s.send('PUT', '/v2/users/bob/block', { as: 'alice' });
  return { post, bobs };
};

scenarios('a block', [
  {
    name: 'shows in the profile of whom one has blocked',
    as: 'alice',
    given: signUp,
    send: ['PUT', '/v2/users/bob/block'],
    expect: [200, { username: 'bob', blockedByMe: true, followedByMe: false }],
  },
  {
    name: 'changes nothing the second time',
    as: 'alice',
    given: blocked,
    send: ['PUT', '/v2/users/bob/block'],
    expect: [200, { blockedByMe: true }],
    async after(s) {
      const { body } = await s.send('GET', '/v2/me/blocks', { as: 'alice' });
      expect(body).toMatchObject({ items: [{ username: 'bob' }], nextCursor: null });
    },
  },
  {
    name: 'is taken back',
    as: 'alice',
    given: blocked,
    send: ['DELETE', '/v2/users/bob/block'],
    expect: [200, { blockedByMe: false }],
    async after(s) {
      expect((await s.send('GET', '/v2/users/alice', { as: 'bob' })).status).toBe(200);
      expect((await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' })).status).toBe(200);
    },
  },
  {
    name: 'ends follows in both directions, with their counts',
    as: 'alice',
    given: async (s) => {
      await signUp(s);
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      await s.send('PUT', '/v2/users/bob/follow', { as: 'alice' });
    },
    send: ['PUT', '/v2/users/bob/block'],
    expect: [200, { followerCount: 0, followingCount: 0 }],
    async after(s) {
      const { body } = await s.send('GET', '/v2/me', { as: 'alice' });
      expect(body).toMatchObject({ followerCount: 0, followingCount: 0 });
    },
  },
  {
    name: 'of oneself is refused',
    as: 'alice',
    send: ['PUT', '/v2/users/alice/block'],
    expect: [422, { fields: [{ field: 'username' }] }],
  },
  {
    name: 'of an unknown account is refused',
    as: 'alice',
    send: ['PUT', '/v2/users/nobody/block'],
    expect: [404],
  },
  {
    name: 'needs a token',
    send: ['PUT', '/v2/users/alice/block'],
    expect: [401],
  },
]);

describe('somebody who is blocked', () => {
  let server: TestServer;
  let ids: { post: number; bobs: number };

  beforeAll(async () => {
    server = await testServer();
    ids = await blocked(server);
  });

  afterAll(() => server.close());

  it.each([
    ['GET', '/users/alice'],
    ['GET', '/users/alice/posts'],
    ['GET', '/users/alice/followers'],
    ['GET', '/users/alice/following'],
    ['PUT', '/users/alice/follow'],
    ['DELETE', '/users/alice/follow'],
    ['PUT', '/users/alice/block'],
    ['GET', '/posts/1'],
    ['GET', '/posts/1/likes'],
    ['GET', '/posts/1/thread'],
    ['PUT', '/posts/1/like'],
    ['DELETE', '/posts/1/like'],
    ['DELETE', '/posts/1'],
  ] as const)('gets the answer of what does not exist: %s %s', async (method, path) => {
    const nobodys = path.replace('alice', 'nobody').replace('posts/1', 'posts/4000');
    const hidden = await server.send(method, `/v2${path}`, { as: 'bob' });
    const missing = await server.send(method, `/v2${nobodys}`, { as: 'bob' });
    const plain = ({ requestId: _, ...body }: Record<string, unknown>) => body;

    expect(hidden.status).toBe(404);
    expect(plain(hidden.body)).toEqual(plain(missing.body));
  });

  it('cannot reply', async () => {
    const body = { text: 'Hello?', replyToId: ids.post };
    const answer = await server.send('POST', '/v2/posts', { as: 'bob', body });

    expect(answer.status).toBe(422);
  });

  it('is not notified, and notifies nobody', async () => {
    await aPost(server, 'bob', { text: 'Hello @alice!' });
    await aPost(server, 'alice', { text: 'Hello @bob!' });
    await server.work();
    for (const person of ['alice', 'bob'] as const) {
      const { body } = await server.send('GET', '/v2/notifications', { as: person });
      expect(body.items).toEqual([]);
    }
  });

  it('is visible by link, and in no list', async () => {
    const read = (path: string) => server.send('GET', path, { as: 'alice' });
    const explore = await read('/v2/explore');
    const posts = await read('/v2/users/bob/posts');

    expect((await read(`/v2/posts/${ids.bobs}`)).status).toBe(200);
    expect(posts.body.items).toEqual([]);
    const authors = explore.body.items.map((it: { author: { username: string } }) => it.author);
    expect(authors).not.toContainEqual(expect.objectContaining({ username: 'bob' }));
  });

  it.each([
    ['PUT', '/v2/posts/2/like'],
    ['PUT', '/v2/users/bob/follow'],
    ['POST', '/v2/posts'],
  ] as const)('has to be unblocked first: %s %s', async (method, path) => {
    const body = method === 'POST' ? { text: 'Hello.', replyToId: ids.bobs } : undefined;
    const answer = await server.send(method, path, { as: 'alice', body });

    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringMatching(/unblock/)]);
  });
});

describe('what two have done before a block', () => {
  let server: TestServer;
  let alices: number;
  let bobs: number;

  const liked = async (id: number) => {
    const { body } = await server.send('GET', `/v2/posts/${id}`);
    const likers = await server.send('GET', `/v2/posts/${id}/likes`);
    return [body.likeCount, likers.body.items.map((it: { username: string }) => it.username)];
  };

  const told = async (as: Person) => {
    const { body } = await server.send('GET', '/v2/notifications', { as });
    const unread = await server.send('GET', '/v2/notifications/unread-count', { as });
    return [body.items.map((it: { kind: string }) => it.kind), unread.body.count];
  };

  beforeAll(async () => {
    server = await testServer();
    await signUp(server);
    [alices, bobs] = [await aPost(server, 'alice'), await aPost(server, 'bob')];
    for (const liker of ['bob', 'carla'] as const) {
      await server.send('PUT', `/v2/posts/${alices}/like`, { as: liker });
    }
    await server.send('PUT', `/v2/posts/${bobs}/like`, { as: 'alice' });
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await aPost(server, 'bob', { text: '@alice', replyToId: alices });
    await server.work();
    await server.send('PUT', '/v2/users/bob/block', { as: 'alice' });
  });

  afterAll(() => server.close());

  it('is out of notifications and their count at once', async () => {
    expect(await told('alice')).toEqual([['liked'], 1]);
    expect(await told('bob')).toEqual([[], 0]);
  });

  it('is out of likes and counts after a job', async () => {
    await server.work();

    expect(await liked(alices)).toEqual([1, ['carla']]);
    expect(await liked(bobs)).toEqual([0, []]);
    expect(await told('alice')).toEqual([['liked'], 1]);
  });

  it('does not come back when the block is taken back', async () => {
    await server.send('DELETE', '/v2/users/bob/block', { as: 'alice' });
    await server.work();

    expect(await liked(alices)).toEqual([1, ['carla']]);
    expect((await server.send('GET', '/v2/users/alice')).body.followerCount).toBe(0);
  });
});

describe('blocks at once', { timeout: 60_000 }, () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
    await signUp(server);
  });

  afterAll(() => server.close());

  it('with follows, likes and unblocks end in one consistent state', async () => {
    const post = await aPost(server, 'alice');
    const requests = [
      ['alice', 'PUT', '/v2/users/bob/block'],
      ['bob', 'PUT', '/v2/users/alice/follow'],
      ['alice', 'PUT', '/v2/users/bob/follow'],
      ['bob', 'PUT', `/v2/posts/${post}/like`],
      ['alice', 'DELETE', '/v2/users/bob/block'],
    ] as const;
    const statuses = new Set<number>();
    for (let round = 0; round < 6; round += 1) {
      const some = [...requests, ...requests.slice(0, 4), ...requests.slice(0, 4)];
      const answers = await Promise.all(
        some.map(([as, method, path]) => server.send(method, path, { as })),
      );
      for (const { status } of answers) statuses.add(status);
      await server.send('PUT', '/v2/users/bob/block', { as: 'alice' });
      await server.work();

      const { database } = server.app;
      const follows = await database.selectFrom('follows').selectAll().execute();
      const likes = await database.selectFrom('likes').selectAll().execute();
      const { body } = await server.send('GET', '/v2/me', { as: 'alice' });
      const { likeCount } = (await server.send('GET', `/v2/posts/${post}`)).body;
      expect([follows, likes, likeCount]).toEqual([[], [], 0]);
      expect([body.followerCount, body.followingCount]).toEqual([0, 0]);
      await server.send('DELETE', '/v2/users/bob/block', { as: 'alice' });
    }
    // An engine that refuses many transactions at once gives up on some.
    expect([200, 404, 409, 503]).toEqual(expect.arrayContaining([...statuses]));
  });

  it('of one another are both kept', async () => {
    const answers = await Promise.all([
      server.send('PUT', '/v2/users/bob/block', { as: 'alice' }),
      server.send('PUT', '/v2/users/alice/block', { as: 'bob' }),
    ]);
    for (const { status } of answers) expect([200, 404]).toContain(status);
  });

  it('go with an account that is closed', async () => {
    await server.send('PUT', '/v2/users/carla/block', { as: 'alice' });
    await changeAccount(server, 'carla', { disabled: true });
    const { body } = await server.send('GET', '/v2/me/blocks', { as: 'alice' });

    expect(body.items).not.toContainEqual(expect.objectContaining({ username: 'carla' }));
  });
});
