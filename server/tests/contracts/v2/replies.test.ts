import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPost, aStaffMember, changeAccount } from '../../support/given.ts';
import { refusals, scenarios } from '../../support/scenarios.ts';
import {
  type Answer,
  type Person,
  passwords,
  type TestServer,
  testServer,
} from '../../support/server.ts';

scenarios('a reply', [
  {
    name: 'names what it answers, and how the conversation began',
    as: 'bob',
    given: async (s) => {
      const root = await aPost(s, 'alice');
      return { root, reply: await aPost(s, 'carla', { replyToId: root }) };
    },
    send: ['POST', '/v2/posts', { text: 'So do I.', replyToId: '#{reply}' }],
    expect: [201, { replyToId: 2, rootId: 1, replyCount: 0 }],
    async after(s) {
      const counts = [1, 2].map(async (id) => (await s.send('GET', `/v2/posts/${id}`)).body);
      expect(await Promise.all(counts)).toMatchObject([{ replyCount: 1 }, { replyCount: 1 }]);
    },
  },
  {
    name: 'is counted when it is published, not before',
    as: 'bob',
    given: async (s) => {
      const root = await aPost(s, 'alice');
      return { draft: await aPost(s, 'bob', { replyToId: root, state: 'draft' }) };
    },
    send: ['POST', '/v2/posts/{draft}/publish'],
    expect: [200, { replyToId: 1, rootId: 1 }],
    async after(s) {
      expect((await s.send('GET', '/v2/posts/1')).body.replyCount).toBe(1);
    },
  },
  {
    name: 'whose post was deleted meanwhile stays a draft',
    as: 'bob',
    given: async (s) => {
      const root = await aPost(s, 'alice');
      const draft = await aPost(s, 'bob', { replyToId: root, state: 'draft' });
      await s.send('DELETE', `/v2/posts/${root}`, { as: 'alice' });
      return { draft };
    },
    send: ['POST', '/v2/posts/{draft}/publish'],
    expect: [409],
  },
  {
    name: 'stays when what it answers is deleted',
    as: 'bob',
    given: async (s) => {
      const root = await aPost(s, 'alice');
      const reply = await aPost(s, 'bob', { replyToId: root });
      await s.send('DELETE', `/v2/posts/${root}`, { as: 'alice' });
      await s.work();
      return { reply };
    },
    send: ['GET', '/v2/posts/{reply}/thread'],
    expect: [200, { ancestors: [], items: [] }],
  },
  {
    name: 'is one post under one idempotency key',
    as: 'bob',
    headers: { 'idempotency-key': 'once' },
    given: async (s) => {
      const root = await aPost(s, 'alice');
      const body = { text: 'Hello.', replyToId: root };
      const headers = { 'idempotency-key': 'once' };
      await s.send('POST', '/v2/posts', { as: 'bob', body, headers });
      return { root };
    },
    send: ['POST', '/v2/posts', { text: 'Hello.', replyToId: '#{root}' }],
    expect: [201, { id: 2 }],
    async after(s) {
      expect((await s.send('GET', '/v2/posts/1')).body.replyCount).toBe(1);
    },
  },
  {
    name: 'to another post is another request under the same idempotency key',
    as: 'bob',
    headers: { 'idempotency-key': 'once' },
    given: async (s) => {
      const body = { text: 'Hello.', replyToId: await aPost(s, 'alice') };
      const headers = { 'idempotency-key': 'once' };
      await s.send('POST', '/v2/posts', { as: 'bob', body, headers });
      return { other: await aPost(s, 'alice') };
    },
    send: ['POST', '/v2/posts', { text: 'Hello.', replyToId: '#{other}' }],
    expect: [409],
  },
]);

refusals('a reply is refused', [
  {
    name: 'to a post that does not exist',
    as: 'bob',
    send: ['POST', '/v2/posts', { text: 'Hello.', replyToId: 4000 }],
    expect: [422, { fields: [{ field: 'replyToId' }] }],
  },
  {
    name: 'to somebody’s draft, as if there were none',
    as: 'bob',
    given: async (s) => ({ draft: await aPost(s, 'alice', { state: 'draft' }) }),
    send: ['POST', '/v2/posts', { text: 'Hello.', replyToId: '#{draft}' }],
    expect: [422, { fields: [{ field: 'replyToId', message: /can see/ }] }],
  },
  {
    name: 'to a draft of one’s own',
    as: 'bob',
    given: async (s) => ({ draft: await aPost(s, 'bob', { state: 'draft' }) }),
    send: ['POST', '/v2/posts', { text: 'Hello.', replyToId: '#{draft}' }],
    expect: [422, { fields: [{ field: 'replyToId', message: /publish it first/ }] }],
  },
  ...[-1, 0, 1.5, '1', 2 ** 31, [1]].map((replyToId) => ({
    name: `to ${JSON.stringify(replyToId)}`,
    as: 'bob' as const,
    send: ['POST', '/v2/posts', { text: 'Hello.', replyToId }] as ['POST', string, object],
    expect: [422, { fields: [{ field: 'replyToId' }] }] as [number, object],
  })),
]);

/** 1 ─ 2 ─ 4, 1 ─ 3 ─ 5 ─ 6 and 1 ─ 7, each later than the one before. */
describe('a conversation', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
    const parents = [null, 1, 1, 2, 3, 5, 1];
    const people = ['alice', 'bob', 'carla'] as const;
    for (const [i, replyToId] of parents.entries()) {
      const author = people[i % people.length] as Person;
      await aPost(server, author, { text: `Post ${i + 1}.`, replyToId });
    }
  });

  afterAll(() => server.close());

  const get = (path: string, as?: Person): Promise<Answer> => server.send('GET', path, { as });
  const idsOf = (items: ReadonlyArray<{ id: number }>) => items.map(({ id }) => id);

  it.each([
    [1, [], [2, 3, 4, 5, 6, 7]],
    [2, [1], [4]],
    [3, [1], [5, 6]],
    [6, [1, 3, 5], []],
    [7, [1], []],
  ])('seen from post %i has what is above and below it', async (id, above, below) => {
    const { body } = await get(`/v2/posts/${id}/thread`);

    expect([idsOf(body.ancestors), idsOf(body.items)]).toEqual([above, below]);
  });

  it.each(['thread', 'replies'])('has pages of its %s, the oldest first', async (list) => {
    const whole = idsOf((await get(`/v2/posts/1/${list}`)).body.items);
    const pages: number[][] = [];
    for (let next = `/v2/posts/1/${list}?limit=2`; next; ) {
      const { body, headers } = await get(next);
      pages.push(idsOf(body.items));
      const [, link = ''] = /<[^>]*?(\/v2\/[^>]*)>; rel="next"/.exec(String(headers.link)) ?? [];
      expect(body.nextCursor !== null).toBe(link !== '');
      next = link;
    }

    expect(pages.flat()).toEqual(whole);
    expect(pages.slice(0, -1).every((page) => page.length === 2)).toBe(true);
  });

  it('takes no cursor of another list', async () => {
    const { body } = await get('/v2/explore?limit=1');
    const answer = await get(`/v2/posts/1/replies?cursor=${body.nextCursor ?? 'p1'}`);

    expect(answer.status).toBe(422);
  });

  it('is left out of feeds and post counts, except the post that began it', async () => {
    const feeds = ['/v2/explore', '/v2/users/bob/posts', '/v2/timeline'];
    const pages = await Promise.all(feeds.map((path) => get(path, 'alice')));

    expect(pages.map(({ body }) => idsOf(body.items))).toEqual([[1], [], [1]]);
    expect((await get('/v2/users/bob')).body.postCount).toBe(0);
  });

  it('shows who likes what', async () => {
    await server.send('PUT', '/v2/posts/4/like', { as: 'carla' });
    const { body } = await get('/v2/posts/2/thread', 'carla');

    expect(body.items).toMatchObject([{ id: 4, likedByMe: true, likeCount: 1 }]);
  });
});

describe('notifications of replies', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
    for (const person of ['alice', 'bob', 'carla'] as const) await server.tokens(person);
    await aPost(server, 'alice');
    await aPost(server, 'bob', { text: 'Nice!', replyToId: 1 });
    await server.work();
    await aPost(server, 'carla', { text: '@bob @alice Yes!', replyToId: 2 });
    await aPost(server, 'alice', { text: 'Thanks!', replyToId: 1 });
    await server.work();
  });

  afterAll(() => server.close());

  async function toldOf(as: Person) {
    const { body } = await server.send('GET', '/v2/notifications', { as });
    return body.items.map((it: { kind: string; post: { id: number } }) => [it.kind, it.post.id]);
  }

  it('go to the author of the post, and of the one that began the conversation', async () => {
    expect(await toldOf('alice')).toEqual([
      ['replied', 3],
      ['replied', 2],
    ]);
    expect(await toldOf('bob')).toEqual([['replied', 3]]);
    expect(await toldOf('carla')).toEqual([]);
  });

  it('go away with the reply', async () => {
    await server.send('DELETE', '/v2/posts/3', { as: 'carla' });
    await server.work();

    expect(await toldOf('bob')).toEqual([]);
    expect((await server.send('GET', '/v2/posts/2')).body.replyCount).toBe(0);
  });

  it('can be switched off for devices', async () => {
    const body = { push: { replied: false } };
    const path = '/v2/me/notification-settings';
    const changed = await server.send('PATCH', path, { as: 'alice', body });

    expect(changed.body).toEqual({
      push: { followed: true, liked: true, mentioned: true, replied: false },
    });
  });
});

describe('the number of replies', () => {
  let server: TestServer;
  let root: number;
  let left: number;

  beforeAll(async () => {
    server = await testServer();
    await aStaffMember(server, 'carla', 'admin');
  });

  afterAll(() => server.close());

  const count = async () => (await server.send('GET', `/v2/posts/${root}`)).body.replyCount;
  const reply = () =>
    server.send('POST', '/v2/posts', { as: 'bob', body: { text: 'Me too.', replyToId: root } });

  it('is exact when twenty are written at once and half of them deleted', async () => {
    root = await aPost(server, 'alice');
    const made = await Promise.all(Array.from({ length: 20 }, reply));
    const some = made.filter(({ status }, i) => status === 201 && i % 2 === 0);
    const [more, removed] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, reply)),
      Promise.all(
        some.map(({ body }) => server.send('DELETE', `/v2/posts/${body.id}`, { as: 'bob' })),
      ),
    ]);

    // An engine that refuses many transactions at once gives up on some.
    const written = [...made, ...more].filter(({ status }) => status === 201).length;
    left = written - removed.filter(({ status }) => status === 204).length;
    expect(left).toBeGreaterThan(5);
    expect(await count()).toBe(left);
  });

  it('leaves out those of somebody who is disabled, until they are enabled', async () => {
    await changeAccount(server, 'bob', { disabled: true });
    await server.work();
    expect(await count()).toBe(0);
    await changeAccount(server, 'bob', { disabled: false });
    await server.work();
    expect(await count()).toBe(left);
    expect((await server.send('GET', '/v2/explore')).body.items).toHaveLength(1);
  });

  it('leaves out what a moderator removes', async () => {
    const page = await server.send('GET', `/v2/posts/${root}/replies?limit=1`);
    const [first] = page.body.items;
    const path = `/v2/admin/posts/${first.id}`;
    const removed = await server.send('DELETE', path, { as: 'carla', body: { reason: 'Spam.' } });

    expect(removed.status).toBe(204);
    expect(await count()).toBe(left - 1);
  });

  it('leaves out those of an account that was closed', async () => {
    server.forget('bob');
    await server.tokens('bob');
    const body = { password: passwords.bob };
    await server.send('DELETE', '/v2/me', { as: 'bob', body });
    await server.work();

    expect(await count()).toBe(0);
    expect((await server.send('GET', `/v2/posts/${root}/replies`)).body.items).toEqual([]);
  });
});
