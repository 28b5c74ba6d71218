import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emitOn } from '../../jobs/jobs.ts';
import { newPeople } from '../../support/crowd.ts';
import { aPicture, aPost } from '../../support/given.ts';
import { refusals, scenarios } from '../../support/scenarios.ts';
import { type Person, passwords, type TestServer, testServer } from '../../support/server.ts';

scenarios('GET /v2/notifications', [
  {
    name: 'needs a token',
    send: ['GET', '/v2/notifications'],
    expect: [401, { code: 'no_token' }],
  },
  {
    name: 'is empty for somebody to whom nothing has happened',
    as: 'alice',
    send: ['GET', '/v2/notifications'],
    expect: [200, { items: [], nextCursor: null }],
  },
  {
    name: 'tells of a follower',
    given: async (s) => {
      await s.tokens('alice');
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      await s.work();
    },
    as: 'alice',
    send: ['GET', '/v2/notifications'],
    expect: [
      200,
      {
        items: [
          {
            kind: 'followed',
            post: null,
            actors: [{ username: 'bob' }],
            actorCount: 1,
            isRead: false,
            createdAt: '2026-06-01T12:00:00.000Z',
          },
        ],
      },
    ],
  },
  {
    name: 'tells of a like, with the post and its first picture',
    given: async (s) => {
      const picture = await aPicture(s, 'alice');
      const post = await aPost(s, 'alice', { text: 'First light.', mediaIds: [picture] });
      await s.send('PUT', `/v2/posts/${post}/like`, { as: 'bob' });
      await s.work();
      return { picture };
    },
    as: 'alice',
    send: ['GET', '/v2/notifications'],
    expect: [
      200,
      {
        items: [
          {
            kind: 'liked',
            post: {
              text: 'First light.',
              author: { username: 'alice' },
              picture: { state: 'ready' },
            },
            actors: [{ username: 'bob' }],
            actorCount: 1,
          },
        ],
      },
    ],
  },
  {
    name: 'tells of a mention when the post is published, whatever stands around it',
    given: async (s) => {
      await s.tokens('alice');
      const id = await aPost(s, 'bob', { text: 'Look, (@Alice.)', state: 'draft' });
      await s.work();
      await s.send('POST', `/v2/posts/${id}/publish`, { as: 'bob' });
      await s.work();
    },
    as: 'alice',
    send: ['GET', '/v2/notifications'],
    expect: [
      200,
      { items: [{ kind: 'mentioned', actors: [{ username: 'bob' }], post: { picture: null } }] },
    ],
  },
  {
    name: 'does not take an e-mail or a longer name for a mention',
    given: async (s) => {
      await s.tokens('alice');
      await aPost(s, 'bob', { text: 'bob@alice, x/@alice, @alice_b and @alice@example.com' });
      await s.work();
    },
    as: 'alice',
    send: ['GET', '/v2/notifications'],
    expect: [200, { items: [] }],
  },
  {
    name: 'tells nobody of their own deeds',
    given: async (s) => {
      const id = await aPost(s, 'alice', { text: 'Me, @alice.' });
      await s.send('PUT', `/v2/posts/${id}/like`, { as: 'alice' });
      await s.work();
    },
    as: 'alice',
    send: ['GET', '/v2/notifications'],
    expect: [200, { items: [] }],
  },
  {
    name: 'S44: shows nothing of what others are told',
    given: async (s) => {
      const id = await aPost(s, 'alice');
      await s.send('PUT', `/v2/posts/${id}/like`, { as: 'bob' });
      await s.work();
    },
    as: 'carla',
    send: ['GET', '/v2/notifications'],
    expect: [200, { items: [] }],
  },
]);

refusals('what notifications refuse', [
  ...['limit=0', 'limit=101', 'cursor=p1', 'cursor=', 'after=1'].map((query) => ({
    name: `GET /v2/notifications?${query}`,
    as: 'alice' as const,
    send: ['GET', `/v2/notifications?${query}`] as ['GET', string],
    expect: [422, { fields: [{ field: query.split('=')[0] }] }] as [number, object],
  })),
  ...(
    [
      [{}, 'upTo'],
      [{ upTo: 7 }, 'upTo'],
      [{ upTo: 'p1' }, 'upTo'],
      [{ upTo: 'n1', more: 1 }, 'more'],
    ] as const
  ).map(([body, field]) => ({
    name: `PUT /v2/notifications/read ${JSON.stringify(body)}`,
    as: 'alice' as const,
    send: ['PUT', '/v2/notifications/read', body] as ['PUT', string, unknown],
    expect: [422, { fields: [{ field }] }] as [number, object],
  })),
  ...(
    [
      [{}, 'push'],
      [{ push: {} }, 'body'],
      [{ push: { liked: 'no' } }, 'push.liked'],
      [{ push: { poked: true } }, 'push.poked'],
    ] as const
  ).map(([body, field]) => ({
    name: `PATCH /v2/me/notification-settings ${JSON.stringify(body)}`,
    as: 'alice' as const,
    send: ['PATCH', '/v2/me/notification-settings', body] as ['PATCH', string, unknown],
    expect: [422, { fields: [{ field }] }] as [number, object],
  })),
  ...(
    [
      ['GET', '/v2/notifications/unread-count'],
      ['PUT', '/v2/notifications/read'],
      ['GET', '/v2/me/notification-settings'],
      ['GET', '/v2/events'],
    ] as const
  ).map(([method, path]) => ({
    name: `${method} ${path} without a token`,
    send: [method, path, method === 'PUT' ? { upTo: 'n1' } : undefined] as ['GET', string, unknown],
    expect: [401, { code: 'no_token' }] as [number, object],
  })),
]);

describe('notifications', () => {
  let server: TestServer;
  let postId: number;

  beforeEach(async () => {
    server = await testServer();
    for (const person of ['bob', 'carla'] as const) await server.tokens(person);
    postId = await aPost(server, 'alice');
    await server.work();
  });

  afterEach(() => server.close());

  const like = (as: Person, id = postId) => server.send('PUT', `/v2/posts/${id}/like`, { as });
  const unlike = (as: Person) => server.send('DELETE', `/v2/posts/${postId}/like`, { as });
  const listOf = async (as: Person, query = '') =>
    (await server.send('GET', `/v2/notifications${query}`, { as })).body;
  const unreadOf = async (as: Person) =>
    (await server.send('GET', '/v2/notifications/unread-count', { as })).body.count;
  const read = (as: Person, upTo: string) =>
    server.send('PUT', '/v2/notifications/read', { as, body: { upTo } });
  it('come once for one who likes, takes it back, and likes again', async () => {
    const seen: number[] = [];
    for (const step of [like, like, unlike, like]) {
      await step('bob');
      await server.work();
      seen.push((await listOf('alice')).items.length);
    }
    await unlike('bob');
    await server.work();

    expect(seen).toEqual([1, 1, 0, 1]);
    expect((await listOf('alice')).items).toEqual([]);
    expect(await unreadOf('alice')).toBe(0);
  });

  it('are the same when all events are worked off at the end', async () => {
    for (const step of [like, unlike, like, unlike, like]) await step('bob');
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.send('DELETE', '/v2/users/alice/follow', { as: 'bob' });

    await server.work();

    expect((await listOf('alice')).items).toMatchObject([{ kind: 'liked', actorCount: 1 }]);
  });

  it('do not change when events come again, or in the wrong order', async () => {
    const bob = (await server.send('GET', '/v2/me', { as: 'bob' })).body.id;
    const alice = (await server.send('GET', '/v2/me', { as: 'alice' })).body.id;
    const liked = { postId, accountId: bob };
    const followed = { followerId: bob, followeeId: alice };
    await like('bob');
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.work();
    const before = await listOf('alice');

    await emitOn(server, 'post.liked', liked);
    await emitOn(server, 'post.unliked', liked);
    await emitOn(server, 'account.unfollowed', followed);
    await emitOn(server, 'account.followed', followed);
    await emitOn(server, 'post.changed', { postId });
    await emitOn(server, 'post.published', { postId });
    await server.work();
    const after = await listOf('alice');
    await unlike('bob');
    await server.work();
    await emitOn(server, 'post.liked', liked);
    await emitOn(server, 'post.liked', { postId: 999, accountId: bob });
    await server.work();

    expect(after).toEqual(before);
    expect((await listOf('alice')).items).toMatchObject([{ kind: 'followed' }]);
    expect(await server.app.database.selectFrom('outbox').selectAll().execute()).toEqual([]);
  });

  it('are not touched by a like of one’s own post', async () => {
    await like('alice');
    await server.work();
    const { database } = server.app;
    const settings = await database.selectFrom('notification_settings').selectAll().execute();

    expect((await listOf('alice')).items).toEqual([]);
    expect(settings).toEqual([]);
  });

  it('group a hundred likes of a post, and keep pages steady while more come', {
    timeout: 180_000,
  }, async () => {
    const people = await newPeople(server, 100);
    const others: number[] = [];
    for (const text of ['One.', 'Two.', 'Three.']) {
      others.push(await aPost(server, 'alice', { text }));
      await like('bob', others.at(-1));
      await server.work();
    }
    for (const person of people) await server.app.services.likes.like(person, postId);
    await server.work();

    const first = await listOf('alice', '?limit=2');
    for (const id of [others[1], postId]) {
      await like('carla', id);
      await server.work();
    }
    const second = await listOf('alice', `?limit=2&cursor=${first.nextCursor}`);
    const anew = await listOf('alice');

    expect(first.items).toMatchObject([
      { id: `liked:${postId}`, actorCount: 100, actors: [{}, {}, {}] },
      { id: `liked:${others[2]}`, actorCount: 1 },
    ]);
    expect(first.items[0].actors.map((actor: { username: string }) => actor.username)).toEqual([
      'person100',
      'person99',
      'person98',
    ]);
    expect(second).toMatchObject({ items: [{ id: `liked:${others[0]}` }], nextCursor: null });
    expect(anew.items.map((item: { id: string }) => item.id)).toEqual(
      [postId, others[1], others[2], others[0]].map((id) => `liked:${id}`),
    );
    expect(anew.items[0]).toMatchObject({
      actorCount: 101,
      actors: [{ username: 'carla' }, {}, {}],
    });
  });

  it('count right when many like, and half of them regret it, all at once', {
    timeout: 60_000,
  }, async () => {
    const people = await newPeople(server, 20);
    const { likes } = server.app.services;

    await Promise.all(people.map((person) => likes.like(person, postId)));
    const working = server.work();
    await Promise.all(people.slice(10).map((person) => likes.unlike(person, postId)));
    await working;
    await server.work();

    expect((await listOf('alice')).items).toMatchObject([{ actorCount: 10 }]);
    expect(await server.app.database.selectFrom('outbox').selectAll().execute()).toEqual([]);
  });

  it('are read up to a mark, which only moves forward', async () => {
    await like('bob');
    await server.work();
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.work();
    const [followed, liked] = (await listOf('alice')).items;

    const counts = [await unreadOf('alice')];
    for (const { cursor } of [liked, followed, liked]) {
      counts.push((await read('alice', cursor)).body.count);
    }
    await like('carla');
    await server.work();
    const { items } = await listOf('alice');

    expect(counts).toEqual([2, 1, 0, 0]);
    expect(items).toMatchObject([
      { kind: 'liked', isRead: false, actorCount: 2 },
      { kind: 'followed', isRead: true },
    ]);
  });

  it('stay unread when a mark lies in the future', async () => {
    await like('bob');
    await server.work();
    await read('alice', 'nzzzzzzzzzz');
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.work();

    expect(await unreadOf('alice')).toBe(1);
  });

  it('follow the text of a post, and tell of a mention once', async () => {
    const id = await aPost(server, 'alice', { text: 'With @bob.' });
    const edit = async (text: string) => {
      await server.send('PATCH', `/v2/posts/${id}`, { as: 'alice', body: { text } });
      await server.work();
      const lists = await Promise.all([listOf('bob'), listOf('carla')]);
      return lists.map(({ items }) => items.length);
    };

    const both = await edit('With @bob and @carla.');
    const one = await edit('With @carla.');
    const bobWas = await unreadOf('bob');
    const again = await edit('With @carla and @bob.');

    expect([both, one, again]).toEqual([
      [1, 1],
      [0, 1],
      [1, 1],
    ]);
    expect(bobWas).toBe(0);
  });

  it('call at most thirty people from one post', async () => {
    const people = await newPeople(server, 31);
    const names = people.map((_, i) => `@person${i + 1}`);

    await aPost(server, 'alice', { text: names.join(' ') });
    await server.work();
    const counts = await Promise.all(
      people.map((person) => server.app.services.notifications.countUnread(person)),
    );

    expect(counts.filter((count) => count === 1)).toHaveLength(30);
  });

  it('go with the post, at once and for good', async () => {
    const id = await aPost(server, 'alice', { text: 'With @bob.' });
    await like('carla', id);
    await server.work();
    await server.send('DELETE', `/v2/posts/${id}`, { as: 'alice' });
    const atOnce = [await listOf('alice'), await listOf('bob')];
    const unread = [await unreadOf('alice'), await unreadOf('bob')];

    await server.work();
    const rows = await server.app.database.selectFrom('notifications').selectAll().execute();

    expect(atOnce.map(({ items }) => items)).toEqual([[], []]);
    expect(unread).toEqual([0, 0]);
    expect(rows).toEqual([]);
  });

  it('S25: go with the account that did it, and with the one that was told', async () => {
    await like('bob');
    await like('carla');
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.send('PUT', '/v2/users/bob/follow', { as: 'alice' });
    await server.send('PATCH', '/v2/me/notification-settings', {
      as: 'bob',
      body: { push: { liked: false } },
    });
    await server.work();

    await server.send('DELETE', '/v2/me', { as: 'bob', body: { password: passwords.bob } });
    const atOnce = await listOf('alice');
    await server.work();
    const after = await listOf('alice');
    const rows = await server.app.database
      .selectFrom('notification_settings')
      .selectAll()
      .execute();

    expect(atOnce.items).toMatchObject([{ kind: 'liked', actors: [{ username: 'carla' }] }]);
    expect(after.items).toMatchObject([{ kind: 'liked', actorCount: 1 }]);
    expect(rows).toHaveLength(1);
  });

  it('leave out who is disabled', async () => {
    await like('carla');
    await server.work();
    await like('bob');
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.work();

    await server.app.database.transaction((tx) =>
      tx
        .updateTable('accounts')
        .set({ disabled_at: '2026-06-01T12:00:00.000Z' })
        .where('username', '=', 'bob')
        .execute(),
    );

    const { items } = await listOf('alice');
    expect(items).toMatchObject([
      { kind: 'liked', actorCount: 1, actors: [{ username: 'carla' }] },
    ]);
    expect(await unreadOf('alice')).toBe(1);
  });
});
