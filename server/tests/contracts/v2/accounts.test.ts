import { describe, expect, it } from 'vitest';
import { anAccount, aPicture, aPost } from '../../support/given.ts';
import { scenarios } from '../../support/scenarios.ts';
import { passwords, testServer } from '../../support/server.ts';

const newcomer = { username: 'Carla_2', password: 'one of a kind phrase' };

scenarios('POST /v2/accounts', [
  {
    name: 'makes an account and keeps the spelling of its name',
    send: [
      'POST',
      '/v2/accounts',
      { ...newcomer, email: 'Carla@Example.com', displayName: 'Carla' },
    ],
    expect: [
      201,
      {
        username: 'Carla_2',
        displayName: 'Carla',
        email: 'Carla@Example.com',
        emailVerified: false,
        role: 'user',
      },
    ],
    expectHeaders: { location: expect.stringMatching(/\/v2\/users\/Carla_2$/) },
  },
  {
    name: 'shows the username where there is no display name',
    send: ['POST', '/v2/accounts', newcomer],
    expect: [201, { displayName: 'Carla_2', email: null }],
  },
  {
    name: 'refuses a username that differs in case alone',
    given: (s) => anAccount(s, 'alice'),
    send: ['POST', '/v2/accounts', { ...newcomer, username: 'ALICE' }],
    expect: [409, { code: 'taken', fields: [{ field: 'username' }] }],
  },
  {
    name: 'refuses an e-mail that another account has',
    given: (s) => anAccount(s, 'alice'),
    send: ['POST', '/v2/accounts', { ...newcomer, email: 'ALICE@example.com' }],
    expect: [409, { code: 'taken', fields: [{ field: 'email' }] }],
  },
  {
    name: 'names every missing field',
    send: ['POST', '/v2/accounts', {}],
    expect: [422, { code: 'invalid', fields: [{ field: 'username' }, { field: 'password' }] }],
  },
  {
    name: 'refuses a role that a client gives itself',
    send: ['POST', '/v2/accounts', { ...newcomer, role: 'admin' }],
    expect: [422, { code: 'invalid', fields: [{ field: 'role' }] }],
  },
  {
    name: 'refuses a name that would be an address of its own',
    send: ['POST', '/v2/accounts', { ...newcomer, username: 'Me' }],
    expect: [422, { fields: [{ field: 'username', message: 'is reserved; choose another' }] }],
  },
  {
    name: 'refuses a common password',
    send: ['POST', '/v2/accounts', { ...newcomer, password: 'Password1' }],
    expect: [422, { fields: [{ field: 'password' }] }],
  },
  {
    name: 'answers a repeat with the account that the first request made',
    given: async (s) => {
      await s.send('POST', '/v2/accounts', {
        body: newcomer,
        headers: { 'idempotency-key': 'k-1' },
      });
    },
    headers: { 'idempotency-key': 'k-1' },
    send: ['POST', '/v2/accounts', newcomer],
    expect: [201, { id: 1, username: 'Carla_2' }],
  },
  {
    name: 'refuses a key that was used for something else',
    given: async (s) => {
      await s.send('POST', '/v2/accounts', {
        body: newcomer,
        headers: { 'idempotency-key': 'k-1' },
      });
    },
    headers: { 'idempotency-key': 'k-1' },
    send: ['POST', '/v2/accounts', { ...newcomer, username: 'another' }],
    expect: [409, { code: 'conflict', fields: [{ field: 'Idempotency-Key' }] }],
  },
]);

scenarios(
  'POST /v2/accounts where sign-ups are closed',
  [
    {
      name: 'is refused',
      send: ['POST', '/v2/accounts', newcomer],
      expect: [403, { code: 'forbidden' }],
    },
  ],
  { environment: { SIGNUPS: 'closed' } },
);

scenarios('GET and PATCH /v2/me', [
  {
    name: 'needs a token',
    send: ['GET', '/v2/me'],
    expect: [401, { code: 'no_token' }],
    expectHeaders: { 'www-authenticate': 'Bearer error="no_token"' },
  },
  {
    name: 'refuses a token of another form',
    send: ['GET', '/v2/me'],
    headers: { authorization: 'abc' },
    expect: [401, { code: 'bad_token' }],
  },
  {
    name: 'changes what is named and leaves the rest',
    as: 'alice',
    send: ['PATCH', '/v2/me', { bio: 'Light.' }],
    expect: [200, { bio: 'Light.', displayName: 'alice' }],
  },
  {
    name: 'refuses a change of nothing',
    as: 'alice',
    send: ['PATCH', '/v2/me', {}],
    expect: [422, { code: 'invalid' }],
  },
  {
    name: 'refuses a display name of spaces',
    as: 'alice',
    send: ['PATCH', '/v2/me', { displayName: '  ' }],
    expect: [422, { fields: [{ field: 'displayName' }] }],
  },
  {
    name: 'refuses to change a counter',
    as: 'alice',
    send: ['PATCH', '/v2/me', { postCount: 7 }],
    expect: [422, { fields: [{ field: 'postCount' }] }],
  },
]);

scenarios('GET /v2/users/{username}', [
  {
    name: 'shows a page to everybody, whatever the case of the name, and no e-mail',
    given: (s) => anAccount(s, 'alice'),
    send: ['GET', '/v2/users/ALICE'],
    expect: [200, { username: 'alice', followedByMe: null }],
    after: async (_server, { body }) => expect(body).not.toHaveProperty('email'),
  },
  {
    name: 'does not know a name that nobody has',
    send: ['GET', '/v2/users/nobody'],
    expect: [404, { code: 'not_found' }],
  },
  {
    name: 'tells a follower that it follows',
    given: async (s) => {
      await anAccount(s, 'alice');
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    },
    as: 'bob',
    send: ['GET', '/v2/users/alice'],
    expect: [200, { followedByMe: true, followerCount: 1 }],
  },
]);

scenarios('follow', [
  {
    name: 'counts a follow once, however often it is sent',
    given: async (s) => {
      await anAccount(s, 'alice');
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    },
    as: 'bob',
    send: ['PUT', '/v2/users/alice/follow'],
    expect: [200, { followerCount: 1, followedByMe: true }],
  },
  {
    name: 'refuses oneself',
    as: 'alice',
    send: ['PUT', '/v2/users/alice/follow'],
    expect: [422, { fields: [{ field: 'username' }] }],
  },
  {
    name: 'refuses a name that nobody has',
    as: 'alice',
    send: ['PUT', '/v2/users/nobody/follow'],
    expect: [404, { code: 'not_found' }],
  },
  {
    name: 'is taken back, twice without harm',
    given: async (s) => {
      await anAccount(s, 'alice');
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      await s.send('DELETE', '/v2/users/alice/follow', { as: 'bob' });
    },
    as: 'bob',
    send: ['DELETE', '/v2/users/alice/follow'],
    expect: [200, { followerCount: 0, followedByMe: false }],
  },
  {
    name: 'lists followers, the latest first',
    given: async (s) => {
      await anAccount(s, 'alice');
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      await s.send('PUT', '/v2/users/alice/follow', { as: 'carla' });
    },
    send: ['GET', '/v2/users/alice/followers'],
    expect: [200, { items: [{ username: 'carla' }, { username: 'bob' }], nextCursor: null }],
  },
  {
    name: 'lists whom somebody follows, page by page',
    given: async (s) => {
      await anAccount(s, 'alice');
      await anAccount(s, 'carla');
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      await s.send('PUT', '/v2/users/carla/follow', { as: 'bob' });
      const { body } = await s.send('GET', '/v2/users/bob/following?limit=1');
      return { cursor: body.nextCursor };
    },
    send: ['GET', '/v2/users/bob/following?limit=1&cursor={cursor}'],
    expect: [200, { items: [{ username: 'alice' }], nextCursor: null }],
  },
]);

describe('closing an account', () => {
  it('ends it at once and removes everything of it', async () => {
    const server = await testServer();
    const picture = await aPicture(server, 'alice');
    await aPost(server, 'alice', { mediaIds: [picture] });
    const bobs = await aPost(server, 'bob');
    await server.send('PUT', `/v2/posts/${bobs}/like`, { as: 'alice' });
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.send('PUT', '/v2/users/bob/follow', { as: 'alice' });

    const closed = await server.send('DELETE', '/v2/me', {
      as: 'alice',
      body: { password: passwords.alice },
    });
    const after = await server.send('GET', '/v2/me', { as: 'alice' });
    const profile = await server.send('GET', '/v2/users/alice');
    const timelineBefore = await server.send('GET', '/v2/timeline', { as: 'bob' });
    await server.work();
    const bob = await server.send('GET', '/v2/me', { as: 'bob' });
    const bobsPost = await server.send('GET', `/v2/posts/${bobs}`);
    const tables = [
      'accounts',
      'sessions',
      'posts',
      'media',
      'likes',
      'follows',
      'account_names',
    ] as const;
    const rows = await Promise.all(
      tables.map((table) => server.app.database.selectFrom(table).selectAll().execute()),
    );

    expect([closed.status, after.status, profile.status]).toEqual([204, 401, 404]);
    expect(after.body.code).toBe('revoked_token');
    expect(timelineBefore.body.items).toMatchObject([{ id: bobs }]);
    expect(bob.body).toMatchObject({ followerCount: 0, followingCount: 0 });
    expect(bobsPost.body.likeCount).toBe(0);
    expect(rows.map((r) => r.length)).toEqual([1, 1, 1, 0, 0, 0, 2]);
    await server.close();
  });

  it('frees the name for somebody else', async () => {
    const server = await testServer();
    await anAccount(server, 'alice');
    await server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } });

    const again = await server.send('POST', '/v2/accounts', {
      body: { ...newcomer, username: 'alice' },
    });

    expect(again.status).toBe(201);
    await server.close();
  });
});
