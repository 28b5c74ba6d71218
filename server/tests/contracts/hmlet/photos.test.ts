import { expect } from 'vitest';
import { type Client, olderScenarios } from '../../support/older-contracts.ts';
import { aDraft, idsOf, people } from './given.ts';

const json = { 'content-type': 'application/json' };
const missing = { Error: 'Given photo id Doesnot exists' };
const wrongOrder = { Error: 'invalid order, must be one of asc or desc' };
const noon = 'Mon, 01 Jun 2026 12:00:00 GMT';
const later = 'Mon, 01 Jun 2026 12:00:05 GMT';
const alice = 'Bearer {alice}';

/** What has the number of a photo, and is none of alice's. */
const strangers = ['{bobPhoto}', '{tweet}', '2000000000', '99999999999999', '0'];
const noNumbers = ['x', '-1', '1.5', '1x', '%00', '%ff'];
const ownRoutes = [
  ['GET', '/photo/'],
  ['POST', '/post-photo/'],
  ['DELETE', '/delete-photo/'],
] as const;

olderScenarios({
  contract: 'hmlet',
  async people(client) {
    Object.assign(client.values, await people(client));
    const bobPhoto = await aDraft(client, 'bob', 'bob.jpg');
    await aDraft(client, 'bob', 'bob2.jpg');
    await aDraft(client, 'alice', 'alice.jpg');
    const body = { text: 'No picture.' };
    const tweet = await client.server.send('POST', '/v2/posts', { as: 'alice', body });
    const profile = await client.server.send('GET', '/v2/me', { as: 'alice' });
    return { bobPhoto, tweet: tweet.body.id, aliceId: profile.body.id };
  },
  rows: [
    {
      name: 'uploads a photo as a draft',
      given: async (client) => ({ photo: await aDraft(client, 'alice', 'a dune.JPG') }),
      token: alice,
      send: ['GET', '/photo/{photo}'],
      expect: [200],
      expectHeaders: json,
      after: async ({ values }, { body }) => {
        expect(body).toEqual({
          id: values.photo,
          userid: values.aliceId,
          posted: 0,
          deleted: 0,
          url: expect.stringMatching(/^http:\/\/.*\/compat\/hmlet\/pictures\/[0-9a-f]{32}$/),
          caption: null,
          created_at: noon,
          updates_at: noon,
          published_at: noon,
        });
      },
    },
    {
      name: 'shows the picture of a draft to its owner alone, as soon as it is uploaded',
      given: async (client) => {
        const own = await client.send('GET', `/photo/${client.values.photo}`, {
          token: `Bearer ${client.values.alice}`,
        });
        return { url: new URL(own.body.url).pathname };
      },
      send: ['GET', '/hello'],
      expect: [200],
      after: async ({ server, values }) => {
        const get = (headers: Record<string, string>) =>
          server.send('GET', String(values.url), { headers });
        const own = await get({ authorization: `Bearer ${values.alice}` });
        const others = await get({ authorization: `Bearer ${values.bob}` });
        const nobodys = await get({});
        const [, key] = /(\w{32})$/.exec(String(values.url)) ?? [];
        const open = await server.send('GET', `/v2/media/${key}/large`, { as: 'bob' });
        expect([own.status, own.headers['content-type']]).toEqual([200, 'image/jpeg']);
        expect(own.bytes.includes('Exif')).toBe(false);
        expect([others.status, others.body]).toEqual([404, { Error: 'There is no such picture.' }]);
        expect([nobodys.status, nobodys.body.msg]).toEqual([401, 'Missing Authorization Header']);
        expect(open.status).toBe(404);
      },
    },
    {
      name: 'writes a caption with an apostrophe',
      given: async ({ server }) => server.clock.advance(5000),
      token: alice,
      send: ['PUT', '/photos/{photo}/caption', { caption: "Alice's dune; -- 'x" }],
      expect: [201, { message: 'Photo Caption successfully Updated' }],
      expectHeaders: json,
      after: async (client) => {
        const { body } = await client.send('GET', `/photo/${client.values.photo}`, {
          token: `Bearer ${client.values.alice}`,
        });
        expect(body).toMatchObject({ caption: "Alice's dune; -- 'x", created_at: noon });
        expect(body).toMatchObject({ updates_at: later, published_at: noon });
      },
    },
    {
      name: 'takes a caption of 512 characters, emoji counted once',
      token: alice,
      send: ['PUT', '/photos/{photo}/caption', { caption: '🐪'.repeat(512) }],
      expect: [201],
    },
    ...(
      [
        [{}, { Error: 'caption is missing' }],
        [{ caption: '' }, { Error: 'caption is missing' }],
        [undefined, { Error: 'caption is missing' }],
        [{ caption: ['a'] }, { Error: 'caption is missing' }],
        [{ caption: 'x'.repeat(513) }, { Error: 'caption is too long.' }],
        [{ caption: 'a\0b' }, { Error: 'caption has characters that cannot be kept.' }],
        [{ caption: '\udc00' }, { Error: 'caption has characters that cannot be kept.' }],
        [{ caption: 5 }, { message: "object of type 'int' has no len()" }],
        [{ caption: null }, { message: "object of type 'NoneType' has no len()" }],
        ['{"caption"', { Error: expect.stringMatching(/Bad Request/) }],
      ] as const
    ).map(([body, error]) => ({
      name: `refuses a caption: ${JSON.stringify(body)?.slice(0, 30)}`,
      token: alice,
      send: ['PUT', '/photos/{photo}/caption', body] as ['PUT', string, unknown],
      expect: [400] as [number],
      expectHeaders: json,
      after: async (_client: Client, answer: { body: object }) => {
        expect(answer.body).toMatchObject(error);
      },
    })),
    {
      name: 'asks first whose photo it is that gets a caption',
      token: alice,
      send: ['PUT', '/photos/{bobPhoto}/caption', {}],
      expect: [400, missing],
    },
    ...ownRoutes.flatMap(([method, path]) => [
      ...strangers.map((id) => ({
        name: `knows no photo ${id} of alice's: ${method} ${path}`,
        token: alice,
        send: [method, `${path}${id}`] as [typeof method, string],
        expect: [400, missing] as [number, object],
        expectHeaders: json,
      })),
      ...noNumbers.map((id) => ({
        name: `has no address ${method} ${path}${id}`,
        token: alice,
        send: [method, `${path}${id}`] as [typeof method, string],
        expect: [expect.toSatisfy((status) => [400, 404].includes(status))] as unknown as [number],
        expectHeaders: json,
        after: async (_client: Client, { body }: { body: object }) => {
          expect(body).toEqual({ Error: expect.any(String) });
        },
      })),
    ]),
    {
      name: 'posts a photo',
      token: alice,
      send: ['POST', '/post-photo/{photo}'],
      expect: [201, { message: 'Photo successfully Posted' }],
      expectHeaders: json,
      after: async (client) => {
        const { server, values } = client;
        const { body } = await client.send('GET', `/photo/${values.photo}`, {
          token: `Bearer ${values.alice}`,
        });
        expect(body).toMatchObject({ posted: 1, published_at: later, updates_at: later });
        const picture = await server.send('GET', new URL(body.url).pathname);
        expect([picture.status, picture.headers['content-type']]).toEqual([200, 'image/jpeg']);
      },
    },
    {
      name: 'shows another person’s photo in the list alone',
      token: 'Bearer {bob}',
      send: ['GET', '/photo/{photo}'],
      expect: [400, missing],
    },
    {
      name: 'deletes no photo of somebody else’s',
      token: 'Bearer {bob}',
      send: ['DELETE', '/delete-photo/{photo}'],
      expect: [400, missing],
    },
    {
      name: 'posts no photo of somebody else’s',
      token: 'Bearer {bob}',
      send: ['POST', '/post-photo/{photo}'],
      expect: [400, missing],
    },
    {
      name: 'posts a photo again, which moves it, twice at once without harm',
      given: async ({ server }) => server.clock.advance(1000),
      token: alice,
      send: ['POST', '/post-photo/{photo}'],
      expect: [201],
      after: async (client) => {
        const token = `Bearer ${client.values.alice}`;
        const path = `/post-photo/${client.values.photo}`;
        const answers = await Promise.all(
          [1, 2, 3].map(() => client.send('POST', path, { token })),
        );
        const { body } = await client.send('GET', `/photo/${client.values.photo}`, { token });
        const me = await client.server.send('GET', '/v2/me', { as: 'alice' });
        expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
        expect(body.published_at).toBe('Mon, 01 Jun 2026 12:00:06 GMT');
        expect(me.body.postCount).toBe(2);
      },
    },
    {
      name: 'lists photos of all, and drafts of one’s own alone, by publication',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const { photo, bobPhoto } = client.values;
        const own = await idsOf(client, 'alice', '/my-photos');
        expect(await idsOf(client, 'alice', '/all-photos')).toEqual(own);
        expect(own.at(-1)).toBe(photo);
        expect(await idsOf(client, 'alice', '/my-drafts')).toEqual(own.slice(0, -1));
        expect(await idsOf(client, 'alice', '/my-photos?order=DESC')).toEqual(own.toReversed());
        const bobs = await idsOf(client, 'bob', '/all-photos?order=asc');
        expect([bobs[0], bobs.at(-1)]).toEqual([bobPhoto, photo]);
        expect(await idsOf(client, 'bob', '/my-photos')).toEqual(bobs.slice(0, -1));
        expect(await idsOf(client, 'bob', '/my-drafts')).toEqual(bobs.slice(0, -1));
        expect(bobs).toEqual(
          bobs.toSorted((a: number, b: number) => ([a, b].includes(Number(photo)) ? 0 : a - b)),
        );
      },
    },
    {
      name: 'lists photos of one user, by any name but an e-mail that is not shown',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const { photo } = client.values;
        const path = '/all-photos?user=';
        expect(await idsOf(client, 'bob', `${path}alice@example.com`)).toEqual([photo]);
        expect(await idsOf(client, 'bob', `${path}ALICE@example.com&order=desc`)).toEqual([photo]);
        expect(await idsOf(client, 'bob', `${path}Alice`)).toEqual([photo]);
        expect(await idsOf(client, 'alice', `${path}bob`)).toEqual([]);
        expect((await idsOf(client, 'bob', path)).length).toBeGreaterThan(1);
        const hidden = { username: 'bob2', password: 'bob-and-more', email: 'e@x.example' };
        await client.server.send('POST', '/v2/accounts', { body: hidden });
        const { body } = await client.send('GET', `${path}e@x.example`, {
          token: `Bearer ${client.values.bob}`,
        });
        expect(body).toEqual({ Error: "User e@x.example doesn't exist" });
      },
    },
    ...["x' or '1'='1", 'nobody', 'a%00b', '%F0%9F%A6%89'].map((user) => ({
      name: `knows no user ${user}`,
      token: alice,
      send: ['GET', `/all-photos?user=${user}`] as ['GET', string],
      expect: [400, { Error: `User ${decodeURIComponent(user)} doesn't exist` }] as [
        number,
        object,
      ],
      expectHeaders: json,
    })),
    ...['/all-photos', '/my-photos', '/my-drafts'].flatMap((path) =>
      ['', 'up', 'asc%00'].map((order) => ({
        name: `knows no order "${order}": ${path}`,
        token: alice,
        send: ['GET', `${path}?order=${order}`] as ['GET', string],
        expect: [400, wrongOrder] as [number, object],
        expectHeaders: json,
      })),
    ),
    {
      name: 'stands in the timeline of a follower, and counts likes',
      send: ['GET', '/hello'],
      expect: [200],
      after: async ({ server, values }) => {
        await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
        await server.send('PUT', `/v2/posts/${values.photo}/like`, { as: 'bob' });
        const timeline = await server.send('GET', '/v2/timeline', { as: 'bob' });
        const post = await server.send('GET', `/v2/posts/${values.photo}`, { as: 'carla' });
        expect(timeline.body.items[0]).toMatchObject({ id: values.photo, likeCount: 1 });
        expect(post.body).toMatchObject({ text: '🐪'.repeat(512), likeCount: 1 });
      },
    },
    {
      name: 'shows a draft to nobody else through /v2',
      send: ['GET', '/hello'],
      expect: [200],
      after: async ({ server, values }) => {
        const path = `/v2/posts/${values.bobPhoto}`;
        const own = await server.send('GET', path, { as: 'bob' });
        const others = await server.send('GET', path, { as: 'alice' });
        const like = await server.send('PUT', `${path}/like`, { as: 'alice' });
        const nobodys = await server.send('GET', path);
        const statuses = [own, others, like, nobodys].map(({ status }) => status);
        expect(statuses).toEqual([200, 404, 404, 404]);
      },
    },
    {
      name: 'deletes a photo',
      token: alice,
      send: ['DELETE', '/delete-photo/{photo}'],
      expect: [200, { message: 'Photo successfully Deleted' }],
      expectHeaders: json,
    },
    {
      name: 'deletes a photo once',
      token: alice,
      send: ['DELETE', '/delete-photo/{photo}'],
      expect: [400, missing],
    },
    ...(
      [
        ['POST', '/hello', 'GET, HEAD'],
        ['GET', '/register', 'POST'],
        ['PUT', '/upload-photo', 'POST'],
        ['POST', '/photo/1', 'GET, HEAD'],
        ['GET', '/logout/access', 'DELETE'],
      ] as const
    ).map(([method, path, allow]) => ({
      name: `answers ${method} ${path} with 405`,
      send: [method, path] as [typeof method, string],
      expect: [405, { Error: expect.any(String) }] as [number, object],
      expectHeaders: { ...json, allow },
    })),
    {
      name: 'answers an unknown address in its own shape',
      send: ['GET', '/photo/1/2'],
      expect: [404, { Error: expect.any(String) }],
      expectHeaders: json,
    },
  ],
});
