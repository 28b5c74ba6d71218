import { expect } from 'vitest';
import { operator } from '../../../src/domain/authority.ts';
import { type Client, type OlderScenario, olderScenarios } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { bearer, logIn, people } from './given.ts';

const json = { 'content-type': 'application/json' };
const yes = { status: true, response: true };
const no = { status: false, response: false };
const updated = { ...yes, message: 'You information has been updated.' };
const found = { ...yes, message: 'User found.' };
const notFound = { ...no, message: 'User NOT FOUND.', results: null };
const forbidden = {
  ...no,
  message: 'You do not have access to this feature.',
  results: null,
};
const hourMs = 3600 * 1000;
const noBroadcaster = { streamer_id: null, streaming_history: [] };

const aliceAtFirst = {
  default_user_type: 'user',
  last_login: '2026-06-01 12:00:00',
  username: 'alice@example.com',
  email: 'alice@example.com',
  profile: { fullname: null, gender: null, city: null },
  accounts: {
    gmail: { is_login: false },
    youtube: { is_login: false },
    facebook: { is_login: false },
  },
  user_type: { streamer: noBroadcaster, seller: noBroadcaster },
  played_games: [],
  favorites: { facebook: [], youtube: [] },
};

const streamer = {
  id: 7,
  name: 'Carla plays',
  url: 'https://example.com/carla',
  favorited_at: '2026-05-01 08:00:00',
};

const wholeChange = {
  profile: { fullname: 'Alice A.', gender: 'F', city: 'Sidoarjo' },
  accounts: { gmail: { is_login: true } },
  user_type: { streamer: { streamer_id: 's-1', streaming_history: ['1', 2] }, seller: null },
  played_games: ['Go', 'Straßenschach'],
  favorites: { youtube: [streamer], facebook: [{ id: 'f-1' }] },
};

const aliceThen = {
  ...aliceAtFirst,
  profile: wholeChange.profile,
  accounts: { ...aliceAtFirst.accounts, gmail: { is_login: true } },
  user_type: { streamer: wholeChange.user_type.streamer, seller: noBroadcaster },
  played_games: ['GO', 'STRASSENSCHACH'],
  favorites: {
    facebook: [{ id: 'f-1', name: null, url: null, favorited_at: null }],
    youtube: [streamer],
  },
};

const aliceToOthers = { ...aliceThen, email: null, accounts: aliceAtFirst.accounts };

/** Keys that are not kept, where they stand, and those that are. */
const unknownKeys: Array<[change: object, at: string, known: string]> = [
  [{ profile: { hobby: 'chess' } }, 'profile.hobby', 'fullname, gender, city'],
  [{ profile: { city: 'Kyoto', City: 'Kyoto' } }, 'profile.City', 'fullname, gender, city'],
  [{ accounts: { tiktok: { is_login: true } } }, 'accounts.tiktok', 'gmail, youtube, facebook'],
  [{ accounts: { gmail: { id: 7 } } }, 'accounts.gmail.id', 'is_login'],
  [{ user_type: { buyer: {} } }, 'user_type.buyer', 'streamer, seller'],
  [
    { user_type: { seller: { shop: 'x' } } },
    'user_type.seller.shop',
    'streamer_id, streaming_history',
  ],
  [{ favorites: { twitch: [] } }, 'favorites.twitch', 'facebook, youtube'],
  [
    { favorites: { youtube: [{ id: 1, title: 'x' }] } },
    'favorites.youtube.0.title',
    'id, name, url, favorited_at',
  ],
];

const wrongChanges: Array<[change: object, message: string]> = [
  [{ profile: 'Alice' }, 'profile must be an object.'],
  ...unknownKeys.map(([change, at, known]): [object, string] => [
    change,
    `${at} is not kept; known: ${known}.`,
  ]),
  [{ profile: { city: 5 } }, 'profile.city must be a text of at most 255 characters.'],
  [
    { profile: { city: 'x'.repeat(256) } },
    'profile.city must be a text of at most 255 characters.',
  ],
  [{ profile: { city: 'a\0b' } }, 'profile.city must be a text of at most 255 characters.'],
  [{ profile: { city: '\ud800' } }, 'profile.city must be a text of at most 255 characters.'],
  [{ accounts: [] }, 'accounts must be an object.'],
  [{ accounts: { gmail: true } }, 'accounts.gmail must be an object.'],
  [{ accounts: { gmail: { is_login: 1 } } }, 'accounts.gmail.is_login must be true or false.'],
  [{ user_type: null }, 'user_type must be an object.'],
  [
    { user_type: { seller: { streamer_id: {} } } },
    'user_type.seller.streamer_id must be a text of at most 255 characters.',
  ],
  [
    { user_type: { seller: { streaming_history: {} } } },
    'user_type.seller.streaming_history must be a list.',
  ],
  [{ played_games: 'GO' }, 'played_games must be a list.'],
  [{ played_games: null }, 'played_games must be a list.'],
  [{ played_games: [5] }, 'played_games.0 must be a text of at most 255 characters.'],
  [{ favorites: [] }, 'favorites must be an object.'],
  [{ favorites: { youtube: ['x'] } }, 'favorites.youtube.0 must be an object.'],
  [
    { favorites: { youtube: [{ name: 'x' }] } },
    'favorites.youtube.0.id must be a text of at most 255 characters.',
  ],
  [
    { favorites: { youtube: [{ id: 1, url: 'javascript:alert(1)' }] } },
    'favorites.youtube.0.url must begin with https:// or http://.',
  ],
];

const noObjects: Array<[what: string, body: unknown]> = [
  ['broken JSON', '{"profile":'],
  ['a list', '[]'],
  ['null', 'null'],
];

async function read(client: Client, path: string, as: string) {
  return (await client.send('GET', path, bearer(client.values[as]))).body;
}

async function documentOf(client: Client, as: string) {
  return (await read(client, '/api/user/me', as)).results;
}

function namesIn(body: { results: Array<{ username: string }> }): string[] {
  return body.results.map(({ username }) => username);
}

olderScenarios({
  contract: 'flask-api',
  people,
  rows: [
    {
      name: 'shows the document of somebody who has not changed it',
      token: 'Bearer {alice}',
      send: ['GET', '/api/user/me'],
      expect: [200],
      expectHeaders: json,
      after: async (_client, { body }) => {
        expect(body).toEqual({ ...found, results: aliceAtFirst });
      },
    },
    {
      name: 'replaces all keys that may be changed, and ignores others',
      token: 'Bearer {alice}',
      send: [
        'PUT',
        '/api/user',
        {
          ...wholeChange,
          username: 'root',
          email: 'root@example.com',
          default_user_type: 'admin',
          last_login: '1970-01-01 00:00:00',
          role: 'admin',
          password: 'x',
          unheard_of: { a: 1 },
        },
      ],
      expect: [200],
      expectHeaders: json,
      after: async (client, { body }) => {
        expect(body).toEqual({ ...updated, results: aliceThen });
        expect(await documentOf(client, 'alice')).toEqual(aliceThen);
        expect((await logIn(client, 'alice@example.com', passwords.alice)).status).toBe(200);
      },
    },
    {
      name: 'shows it to others without what only its owner may see',
      token: 'Bearer {bob}',
      send: ['GET', '/api/user/ALICE@example.com'],
      expect: [200],
      expectHeaders: json,
      after: async (client, { body }) => {
        expect(body).toEqual({ ...found, results: aliceToOthers });
        const all = await read(client, '/api/user/all', 'bob');
        expect(all.results).toContainEqual(aliceToOthers);
      },
    },
    {
      name: 'shows it whole to an admin',
      token: 'Bearer {carla}',
      send: ['GET', '/api/user/alice@example.com'],
      expect: [200, { ...found, results: aliceThen }],
    },
    {
      name: 'reads by PUT without a body, too',
      token: 'Bearer {bob}',
      send: ['PUT', '/api/user/alice@example.com'],
      expect: [200, { ...found, results: aliceToOthers }],
    },
    {
      name: 'replaces a key whole, and leaves the others',
      token: 'Bearer {alice}',
      send: ['PUT', '/api/user', { profile: { city: 'Kyoto' } }],
      expect: [200],
      after: async (client, { body }) => {
        const profile = { fullname: null, gender: null, city: 'Kyoto' };
        expect(body.results).toEqual({ ...aliceThen, profile });
        await client.send('PUT', '/api/user', {
          ...bearer(client.values.alice),
          body: { profile: wholeChange.profile },
        });
      },
    },
    ...wrongChanges.map(
      ([body, message]): OlderScenario => ({
        name: `refuses ${JSON.stringify(body).slice(0, 60)}`,
        token: 'Bearer {alice}',
        send: ['PUT', '/api/user', body],
        expect: [400, { ...no, message }],
        expectHeaders: json,
      }),
    ),
    ...noObjects.flatMap(([what, body]) =>
      ['/api/user', '/api/user/alice@example.com'].map(
        (path): OlderScenario => ({
          name: `refuses ${what}: PUT ${path}`,
          token: 'Bearer {alice}',
          send: ['PUT', path, body],
          expect: [400, { ...no, message: expect.stringMatching(/^400 Bad Request: /) }],
          expectHeaders: json,
        }),
      ),
    ),
    {
      name: 'refuses a change of oneself without a body',
      token: 'Bearer {alice}',
      send: ['PUT', '/api/user'],
      expect: [400, no],
    },
    {
      name: 'keeps nothing of a change of which one key is wrong',
      token: 'Bearer {alice}',
      send: ['PUT', '/api/user', { profile: { city: 'Rome' }, played_games: 5 }],
      expect: [400, no],
      after: async (client) => expect(await documentOf(client, 'alice')).toEqual(aliceThen),
    },
    {
      name: 'refuses what would make a document larger than 16 KiB',
      token: 'Bearer {alice}',
      send: ['PUT', '/api/user', { played_games: Array(100).fill('🦉'.repeat(50)) }],
      expect: [413, { ...no, message: expect.stringContaining('16 KiB') }],
      expectHeaders: json,
      after: async (client) => expect(await documentOf(client, 'alice')).toEqual(aliceThen),
    },
    {
      name: 'refuses a body of more than 256 KiB',
      token: 'Bearer {alice}',
      send: ['PUT', '/api/user', { unheard_of: 'x'.repeat(300_000) }],
      expect: [413, no],
      expectHeaders: json,
    },
    {
      name: 'changes a document by its owner’s name for the owner',
      token: 'Bearer {bob}',
      send: ['PUT', '/api/user/bob@example.com', { played_games: ['chess'] }],
      expect: [200, { ...updated, results: { played_games: ['CHESS'] } }],
    },
    {
      name: 'changes it for an admin, too, which alone is noted',
      token: 'Bearer {carla}',
      send: ['PUT', '/api/user/Bob@example.com', { played_games: ['go'] }],
      expect: [200, { ...updated, results: { email: 'bob@example.com', played_games: ['GO'] } }],
      after: async ({ server }) => {
        const { accounts } = server.app.services;
        const noted = await server.app.database
          .selectFrom('audit_log')
          .select(['account_id', 'actor_id', 'details'])
          .where('action', '=', 'user-document.changed')
          .execute();
        expect(noted).toEqual([
          {
            account_id: await accounts.findIdByLoginName('bob@example.com'),
            actor_id: await accounts.findIdByLoginName('carla'),
            details: '{"keys":"played_games"}',
          },
        ]);
      },
    },
    {
      name: 'reads it for anybody where an empty object is sent: some clients cannot send nothing',
      token: 'Bearer {alice}',
      send: ['PUT', '/api/user/bob@example.com', {}],
      expect: [200, { ...found, results: { played_games: ['GO'], email: null } }],
    },
    ...[{ played_games: ['checkers'] }, { unheard_of: 1 }].map(
      (body): OlderScenario => ({
        name: `changes it for nobody else: ${JSON.stringify(body)}`,
        token: 'Bearer {alice}',
        send: ['PUT', '/api/user/bob@example.com', body],
        expect: [403, forbidden],
        expectHeaders: json,
        after: async (client) => {
          expect((await documentOf(client, 'bob')).played_games).toEqual(['GO']);
        },
      }),
    ),
    ...(['GET', 'PUT'] as const).flatMap((method) =>
      ['nobody@example.com', 'carla@example.com', 'login', '%00', '%ED%A0%80', 'a%2Fb'].map(
        (name): OlderScenario => ({
          name: `finds nobody by ${name}: ${method}`,
          token: 'Bearer {alice}',
          send: [method, `/api/user/${name}`],
          expect: [name === '%ED%A0%80' ? 400 : 404, name === '%ED%A0%80' ? no : notFound],
          expectHeaders: json,
        }),
      ),
    ),
    {
      name: 'changes no document of nobody',
      token: 'Bearer {carla}',
      send: ['PUT', '/api/user/nobody@example.com', { profile: {} }],
      expect: [404, notFound],
    },
    {
      name: 'loses none of five keys that are changed at once',
      token: 'Bearer {bob}',
      given: async (client) => {
        const answers = await Promise.all(
          Object.entries(wholeChange).map(([key, value]) =>
            client.send('PUT', '/api/user', {
              ...bearer(client.values.bob),
              body: { [key]: value },
            }),
          ),
        );
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      },
      send: ['GET', '/api/user/me'],
      expect: [
        200,
        { results: { ...aliceThen, username: 'bob@example.com', email: 'bob@example.com' } },
      ],
    },
    {
      name: 'notes through which service somebody came',
      given: async (client) => {
        const { profile, accounts } = wholeChange;
        const body = { profile, accounts };
        await client.send('PUT', '/api/user', { ...bearer(client.values.bob), body });
      },
      send: [
        'POST',
        '/api/auth/login',
        { username: 'bob@example.com', password: passwords.bob, login_by: 'youtube' },
      ],
      expect: [200],
      after: async (client) => {
        const { accounts, profile } = await documentOf(client, 'bob');
        expect(accounts).toEqual({
          gmail: { is_login: true },
          youtube: { is_login: true },
          facebook: { is_login: false },
        });
        expect(profile).toEqual(wholeChange.profile);
      },
    },
    ...(['GET', 'PUT'] as const).map(
      (method): OlderScenario => ({
        name: `lists all, the newest first: ${method}`,
        token: 'Bearer {alice}',
        send: [method, '/api/user/all', method === 'PUT' ? '{"ignored":' : undefined],
        expect: [200, { ...yes, message: 'Users have been collected.', total: 3 }],
        expectHeaders: json,
        after: async (_client, { body }) => {
          expect(namesIn(body)).toEqual(['carla', 'bob@example.com', 'alice@example.com']);
        },
      }),
    ),
    {
      name: 'counts somebody who is disabled nowhere, and finds them no more',
      given: async ({ server }) => {
        const { accounts, accountAdmin } = server.app.services;
        const bob = await accounts.findIdByLoginName('bob@example.com');
        await accountAdmin.change(operator, bob, { disabled: true });
        return { bobId: bob };
      },
      token: 'Bearer {alice}',
      send: ['GET', '/api/user/all'],
      expect: [200, { total: 2 }],
      after: async (client, { body }) => {
        const active = await read(client, '/api/user/active', 'alice');
        const one = await read(client, '/api/user/bob@example.com', 'alice');
        await client.server.app.services.accountAdmin.change(
          operator,
          Number(client.values.bobId),
          { disabled: false },
        );
        expect(namesIn(body)).toEqual(['carla', 'alice@example.com']);
        expect([active.total, namesIn(active)]).toEqual([2, ['carla', 'alice@example.com']]);
        expect(one).toEqual(notFound);
      },
    },
    ...(['GET', 'PUT'] as const).map(
      (method): OlderScenario => ({
        name: `lists those who have signed in: ${method}`,
        token: 'Bearer {alice}',
        send: [method, '/api/user/active'],
        expect: [200, { ...yes, message: 'Active users have been collected.', total: 3 }],
        expectHeaders: json,
      }),
    ),
    {
      name: 'lists nobody as active who has signed out',
      given: async (client) => {
        const { body } = await logIn(client, 'bob@example.com', passwords.bob);
        await client.send('GET', '/api/auth/logout', bearer(body.results.access_token));
      },
      token: 'Bearer {alice}',
      send: ['GET', '/api/user/active'],
      expect: [200, { total: 2 }],
      after: async (_client, { body }) => {
        expect(namesIn(body)).toEqual(['carla', 'alice@example.com']);
      },
    },
    {
      name: 'lists as active only who has signed in within five hours, the latest first',
      given: async (client) => {
        client.server.clock.advance(4.5 * hourMs);
        await logIn(client, 'alice@example.com', passwords.alice);
        client.server.clock.advance(hourMs);
        await logIn(client, 'bob@example.com', passwords.bob);
        await client.send('GET', '/api/refresh', bearer(client.values.carlaRefresh));
      },
      token: 'Bearer {alice}',
      send: ['PUT', '/api/user/active'],
      expect: [200, { total: 2 }],
      after: async (_client, { body }) => {
        expect(namesIn(body)).toEqual(['bob@example.com', 'alice@example.com']);
        expect(body.results[0].last_login).toBe('2026-06-01 17:30:00');
      },
    },
    ...['bob@example.com', 'nobody@example.com'].map(
      (name): OlderScenario => ({
        name: `deletes for no user: ${name}`,
        token: 'Bearer {alice}',
        send: ['DELETE', `/api/user/${name}`],
        expect: [403, forbidden],
        expectHeaders: json,
      }),
    ),
    {
      name: 'deletes nobody who is not there',
      token: 'Bearer {carla}',
      send: ['DELETE', '/api/user/nobody@example.com'],
      expect: [404, { ...no, message: 'User not Found.', results: null }],
    },
    {
      name: 'deletes no admin for themselves',
      token: 'Bearer {carla}',
      send: ['DELETE', '/api/user/carla'],
      expect: [409, no],
    },
    {
      name: 'deletes a user for an admin, with tokens and document',
      token: 'Bearer {carla}',
      send: ['DELETE', '/api/user/bob@example.com'],
      expect: [200],
      expectHeaders: json,
      after: async (client, { body }) => {
        expect(body).toEqual({
          ...yes,
          message: 'Username [bob@example.com] has been deleted.',
          results: { deleted_username: 'bob@example.com' },
        });
        const me = await client.send('GET', '/api/user/me', bearer(client.values.bob));
        const all = await read(client, '/api/user/all', 'alice');
        const active = await read(client, '/api/user/active', 'alice');
        await client.server.work();
        const rows = await client.server.app.database
          .selectFrom('user_documents')
          .select('account_id')
          .execute();
        expect([me.status, me.body]).toEqual([401, { ...no, message: 'Token has expired' }]);
        expect(namesIn(all)).toEqual(['carla', 'alice@example.com']);
        expect([active.total, namesIn(active)]).toEqual([1, ['alice@example.com']]);
        expect(rows).toHaveLength(2);
      },
    },
    {
      name: 'deletes nobody twice',
      token: 'Bearer {carla}',
      send: ['DELETE', '/api/user/bob@example.com'],
      expect: [404, { ...no, message: 'User not Found.' }],
    },
    {
      name: 'deletes for no admin who was one',
      given: async ({ server }) => {
        const { accounts, accountAdmin } = server.app.services;
        const alice = await accounts.findIdByLoginName('alice@example.com');
        await accountAdmin.change(operator, alice, { role: 'admin' });
        const carla = await accounts.findIdByLoginName('carla');
        await accountAdmin.change(operator, carla, { role: 'moderator' });
      },
      token: 'Bearer {carla}',
      send: ['DELETE', '/api/user/alice@example.com'],
      expect: [401, no],
      after: async (client) => {
        const { body } = await logIn(client, 'carla', passwords.carla);
        const sent = bearer(body.results.access_token);
        const refused = await client.send('DELETE', '/api/user/alice@example.com', sent);
        expect(refused.status).toBe(403);
      },
    },
  ],
});
