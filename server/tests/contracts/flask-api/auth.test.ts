import { expect } from 'vitest';
import { type OlderScenario, olderScenarios } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { bearer, logIn, people } from './given.ts';

const json = { 'content-type': 'application/json' };
const uncached = { 'cache-control': 'private, no-store' };
const yes = { status: true, response: true };
const no = { status: false, response: false };
const noGoodToken = { ...no, message: 'Please Provide a valid auth token.' };
const ended = { ...no, message: 'Token has expired' };
const seconds = expect.stringMatching(/^\d{10}$/);
const token = expect.any(String);
const alice = { username: 'alice@example.com', password: passwords.alice };
const newcomer = { name: 'Newcomer', username: 'new@example.com', password: 'x' };
const noTokens = {
  access_token: null,
  access_token_expired: null,
  refresh_token: null,
  refresh_token_expired: null,
};

type Refused = [name: string, body: unknown, status: number, message: string, echo?: object];

const wrongRegistrations: Refused[] = [
  ['without a name', { ...newcomer, name: '' }, 400, 'Name should not be EMPTY.'],
  ['of an unseen name', { ...newcomer, name: ' \u200b' }, 400, 'Name should not be EMPTY.'],
  ['of a name that is a number', { ...newcomer, name: 5 }, 400, 'Name should not be EMPTY.'],
  ['without anything', {}, 400, 'Name should not be EMPTY.', { name: null, username: null }],
  [
    'without a username',
    { ...newcomer, username: null },
    400,
    'Username should not be EMPTY.',
    { name: 'Newcomer', username: null },
  ],
  ['without a password', { ...newcomer, password: '' }, 400, 'Password should not be EMPTY.'],
  ['without the password again', newcomer, 400, 'Password Confirmation is EMPTY.'],
  [
    'with another password again',
    { ...newcomer, password_confirm: 'y' },
    400,
    'Password Confirmation missmatch with Password.',
    { name: 'Newcomer', username: 'new@example.com' },
  ],
  [
    'with a username that is taken, in any case',
    { ...newcomer, username: 'ALICE@example.com', password_confirm: 'x' },
    400,
    'Username `ALICE@example.com` have been used.',
    { name: 'Newcomer', username: 'ALICE@example.com' },
  ],
  [
    'with the username of an account of another contract',
    { ...newcomer, username: 'Carla', password_confirm: 'x' },
    400,
    'Username `Carla` have been used.',
  ],
  ...['me', 'all', 'Active', 'login', 'register'].map(
    (username): Refused => [
      `as ${username}, which means something else in an address`,
      { ...newcomer, username, password_confirm: 'x' },
      400,
      `Username \`${username}\` have been used.`,
    ],
  ),
  [
    'with a name of 51 characters',
    { ...newcomer, name: '🦉'.repeat(51), password_confirm: 'x' },
    400,
    'Name should have at most 50 characters.',
  ],
  [
    'with a username of 51 characters',
    { ...newcomer, username: 'u'.repeat(51), password_confirm: 'x' },
    400,
    'Username should have at most 50 characters.',
  ],
  [
    'with a NUL in it',
    { ...newcomer, username: 'a\0b', password_confirm: 'x' },
    400,
    'Username has characters that cannot be kept.',
  ],
  [
    'with half a character in the password',
    { ...newcomer, password: '\ud800', password_confirm: '\ud800' },
    400,
    'Password has characters that cannot be kept.',
  ],
  [
    'with a username that folds to more',
    { ...newcomer, username: '\ufdfa'.repeat(50), password_confirm: 'x' },
    400,
    'Username is too long.',
  ],
  [
    'with a password of 129 characters',
    { ...newcomer, password: 'x'.repeat(129), password_confirm: 'x'.repeat(129) },
    400,
    'password must have at most 128 characters.',
  ],
  ['that is no JSON', '{"name":', 400, 'Input unrecognizable.'],
  ['that is a list', '[]', 400, 'Input unrecognizable.'],
  ['without a body', undefined, 400, 'Input unrecognizable.'],
];

const wrongLogins: Refused[] = [
  ['without a body', undefined, 404, 'No Json Input Found.', { ...noTokens, username: null }],
  ['that is no JSON', '{"username":', 404, 'No Json Input Found.'],
  ['that is a list', '[]', 404, 'No Json Input Found.'],
  ['without a username', {}, 400, 'Username should not be EMPTY.', { ...noTokens, username: null }],
  [
    'without a password',
    { username: 'alice@example.com' },
    400,
    'Password should not be EMPTY.',
    { ...noTokens, username: 'alice@example.com' },
  ],
  [
    'with a password that is a list',
    { ...alice, password: ['x'] },
    400,
    'Password should not be EMPTY.',
  ],
  [
    'with a wrong password',
    { ...alice, password: 'no' },
    401,
    'Incorrect Username or Password.',
    { ...noTokens, username: 'alice@example.com' },
  ],
  [
    'of nobody, in the same words',
    { username: 'nobody', password: 'no' },
    401,
    'Incorrect Username or Password.',
    { ...noTokens, username: 'nobody' },
  ],
  [
    'with a NUL in the username',
    { ...alice, username: 'alice\0' },
    401,
    'Incorrect Username or Password.',
  ],
  [
    'with one key for all instead of a password',
    { username: 'alice@example.com', login_by: 'gmail', android_key: 'x' },
    400,
    'Password should not be EMPTY.',
  ],
  [
    'by a service that it does not know',
    { ...alice, login_by: 'twitter' },
    400,
    'login_by must be one of gmail, youtube, facebook.',
  ],
];

/** Every route that wants an access token. */
const protectedRoutes = [
  ['GET', '/api/auth/login'],
  ['GET', '/api/auth/logout'],
  ['PUT', '/api/user'],
  ['GET', '/api/user/me'],
  ['GET', '/api/user/all'],
  ['PUT', '/api/user/all'],
  ['GET', '/api/user/active'],
  ['PUT', '/api/user/active'],
  ['GET', '/api/user/bob@example.com'],
  ['PUT', '/api/user/bob@example.com'],
  ['DELETE', '/api/user/bob@example.com'],
] as const;

const refreshRoutes = ['/api/refresh', '/api/auth/refresh'];

const wrongRefreshes: Array<[name: string, header: string | undefined, message: string]> = [
  ['without a token', undefined, 'Missing Authorization Header'],
  ['with an access token', 'Bearer {alice}', 'Only refresh tokens are allowed'],
  ['with nonsense', 'Bearer nonsense', 'Not enough segments'],
  ['without the word', '{aliceRefresh}', "Bad Authorization header. Expected value 'Bearer <JWT>'"],
  ['with the word alone', 'Bearer', "Bad Authorization header. Expected value 'Bearer <JWT>'"],
  ['with a token of another contract', 'Bearer {foreign}', 'Signature verification failed'],
];

function claimsOf(jwt: unknown) {
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const [head = '', claims = ''] = String(jwt).split('.');
  return { head: read(head), claims: read(claims) };
}

olderScenarios({
  contract: 'flask-api',
  people: async (client) => ({
    ...(await people(client)),
    foreign: (await client.server.tokens('carla')).accessToken,
  }),
  rows: [
    {
      name: 'leads from its beginning to its documentation',
      send: ['GET', '/api/'],
      expect: [302],
      after: async (client, { headers }) => {
        expect(headers.location).toMatch(/^(\/compat\/flask-api)?\/api\/doc\/$/);
        const page = await client.send('GET', '/api/doc/');
        const script = await client.send('GET', '/api/doc/static/swagger-initializer.js');
        expect([page.status, script.status]).toEqual([200, 200]);
        expect(page.headers['content-security-policy']).toContain("default-src 'self'");
        expect(page.body).toContain('swagger-ui');
      },
    },
    {
      name: 'describes its routes',
      send: ['GET', '/api/swagger.json'],
      expect: [200, { openapi: '3.1.0', info: { title: 'flask-api' } }],
      expectHeaders: json,
      after: async (_client, { body }) => {
        expect(body.paths['/compat/flask-api/api/auth/login']).toHaveProperty('post.requestBody');
      },
    },
    {
      name: 'registers',
      send: ['POST', '/api/user', { ...newcomer, password_confirm: 'x' }],
      expect: [200],
      expectHeaders: json,
      after: async (_client, { body }) => {
        expect(body).toEqual({
          ...yes,
          message: 'Registration is success. Now, you can login into our system.',
          results: { name: 'Newcomer', username: 'new@example.com' },
        });
      },
    },
    {
      name: 'does not register the same user twice',
      send: ['POST', '/api/user', { ...newcomer, password_confirm: 'x' }],
      expect: [400, { ...no, message: 'Username `new@example.com` have been used.' }],
    },
    ...wrongRegistrations.map(
      ([name, body, status, message, results]): OlderScenario => ({
        name: `refuses to register ${name}`,
        send: ['POST', '/api/user', body],
        expect: [status, { ...no, message, ...(results ? { results } : {}) }],
        expectHeaders: json,
      }),
    ),
    {
      name: 'signs in, and says when each token ends',
      send: ['POST', '/api/auth/login', { ...alice, username: 'Alice@Example.com' }],
      expect: [200],
      expectHeaders: { ...json, ...uncached },
      after: async (client, { body }) => {
        expect(body).toEqual({
          ...yes,
          message: 'Login Success.',
          results: {
            access_token: token,
            access_token_expired: seconds,
            refresh_token: token,
            refresh_token_expired: seconds,
            username: 'alice@example.com',
          },
        });
        const access = claimsOf(body.results.access_token);
        const refresh = claimsOf(body.results.refresh_token);
        const common = {
          identity: { username: 'alice@example.com', default_user_type: 'user' },
          jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        };
        expect(access.head).toEqual({ alg: 'HS256', typ: 'JWT' });
        expect(access.claims).toMatchObject({ ...common, type: 'access', fresh: false });
        expect(access.claims.nbf).toBe(access.claims.iat);
        expect(access.claims.exp - access.claims.iat).toBe(30 * 24 * 3600);
        expect(String(access.claims.exp)).toBe(body.results.access_token_expired);
        expect(refresh.claims).toMatchObject({ ...common, type: 'refresh' });
        expect(refresh.claims).not.toHaveProperty('fresh');
        expect(refresh.claims.exp - refresh.claims.iat).toBe(120 * 24 * 3600);
        expect(String(refresh.claims.exp)).toBe(body.results.refresh_token_expired);
        client.values.second = body.results.access_token;
      },
    },
    ...wrongLogins.map(
      ([name, body, status, message, results]): OlderScenario => ({
        name: `refuses a login ${name}`,
        send: ['POST', '/api/auth/login', body],
        expect: [status, { ...no, message, ...(results ? { results } : {}) }],
        expectHeaders: json,
      }),
    ),
    {
      name: 'takes no form for JSON',
      send: ['POST', '/api/auth/login', 'username=alice@example.com&password=x'],
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      expect: [404, { ...no, message: 'No Json Input Found.' }],
    },
    {
      name: 'tells that a token is good, and nothing more',
      token: 'Bearer {alice}',
      send: ['GET', '/api/auth/login'],
      expect: [200],
      expectHeaders: json,
      after: async (_client, { body }) => expect(body).toEqual(yes),
    },
    {
      name: 'takes a token without the word before it',
      token: '{alice}',
      send: ['GET', '/api/auth/login'],
      expect: [200],
    },
    ...protectedRoutes.map(
      ([method, path]): OlderScenario => ({
        name: `asks for a token: ${method} ${path}`,
        send: [method, path],
        expect: [401, noGoodToken],
        expectHeaders: json,
      }),
    ),
    ...protectedRoutes.map(
      ([method, path]): OlderScenario => ({
        name: `takes no refresh token for an access token: ${method} ${path}`,
        token: 'Bearer {aliceRefresh}',
        send: [method, path],
        expect: [401, noGoodToken],
      }),
    ),
    ...['nonsense', 'a.b.c', '{foreign}', ''].map(
      (value): OlderScenario => ({
        name: `refuses ${JSON.stringify(value)}, which is no token of its own`,
        token: `Bearer ${value}`,
        send: ['GET', '/api/user/me'],
        expect: [401, noGoodToken],
      }),
    ),
    ...refreshRoutes.map(
      (path): OlderScenario => ({
        name: `makes a new access token: ${path}`,
        token: 'Bearer {aliceRefresh}',
        send: ['GET', path],
        expect: [200],
        expectHeaders: { ...json, ...uncached },
        after: async (client, { body }) => {
          expect(body).toEqual({
            ...yes,
            message: 'New access_token has been generated',
            results: { access_token: token, access_token_expired: seconds },
          });
          const { access_token: access } = body.results;
          const me = await client.send('GET', '/api/user/me', bearer(access));
          expect(me.body.results.username).toBe('alice@example.com');
          expect(claimsOf(access).claims.identity).toEqual({
            username: 'alice@example.com',
            default_user_type: 'user',
          });
        },
      }),
    ),
    ...refreshRoutes.flatMap((path) =>
      wrongRefreshes.map(
        ([name, header, message]): OlderScenario => ({
          name: `makes none ${name}: ${path}`,
          ...(header === undefined ? {} : { token: header }),
          send: ['GET', path],
          expect: [401, { ...no, message }],
          expectHeaders: json,
        }),
      ),
    ),
    {
      name: 'signs out of one token, and of no other',
      token: 'Bearer {second}',
      send: ['GET', '/api/auth/logout'],
      expect: [200],
      expectHeaders: { ...json, ...uncached },
      after: async (client, { body }) => {
        expect(body).toEqual({ ...yes, message: 'Logout Success.' });
        const first = await client.send('GET', '/api/user/me', bearer(client.values.alice));
        const refresh = bearer(client.values.aliceRefresh);
        const refreshed = await client.send('GET', '/api/refresh', refresh);
        expect([first.status, refreshed.status]).toEqual([200, 200]);
      },
    },
    ...['/api/auth/logout', '/api/user/me'].map(
      (path): OlderScenario => ({
        name: `tells that a token was signed out of: ${path}`,
        token: 'Bearer {second}',
        send: ['GET', path],
        expect: [401, ended],
        expectHeaders: json,
      }),
    ),
    {
      name: 'refuses a method that an address does not know',
      send: ['PATCH' as 'PUT', '/api/user/me'],
      expect: [405, no],
      expectHeaders: { ...json, allow: 'GET, HEAD' },
    },
    {
      name: 'knows no address but its own',
      send: ['GET', '/api/nothing-of-the-kind'],
      expect: [404, no],
      expectHeaders: json,
    },
    {
      name: 'lets web pages of any origin ask',
      send: ['GET', '/api/user/me'],
      headers: { origin: 'https://app.example.com' },
      expect: [401],
      expectHeaders: { 'access-control-allow-origin': '*' },
    },
    {
      name: 'ends all tokens with the account',
      given: async ({ server }) => {
        const login = { login: 'bob@example.com', password: passwords.bob };
        const { body } = await server.send('POST', '/v2/sessions', { body: login });
        const headers = { authorization: `Bearer ${body.accessToken}` };
        const closing = { headers, body: { password: login.password } };
        expect((await server.send('DELETE', '/v2/me', closing)).status).toBe(204);
      },
      token: 'Bearer {bob}',
      send: ['PUT', '/api/user', {}],
      expect: [401, ended],
      after: async (client) => {
        const refresh = bearer(client.values.bobRefresh);
        const refreshed = await client.send('GET', '/api/refresh', refresh);
        const again = await logIn(client, 'bob@example.com', passwords.bob);
        expect([refreshed.status, refreshed.body]).toEqual([401, ended]);
        expect(again.status).toBe(401);
      },
    },
    {
      name: 'refuses an access token after 30 days',
      given: async ({ server }) => server.clock.advance(30 * 24 * 3600 * 1000 + 10_000),
      token: 'Bearer {alice}',
      send: ['GET', '/api/user/me'],
      expect: [401, noGoodToken],
    },
    {
      name: 'knows the refresh token still then',
      token: 'Bearer {aliceRefresh}',
      send: ['GET', '/api/refresh'],
      expect: [200],
    },
    {
      name: 'makes nothing of a refresh token after 120 days',
      given: async ({ server }) => server.clock.advance(90 * 24 * 3600 * 1000),
      token: 'Bearer {aliceRefresh}',
      send: ['GET', '/api/refresh'],
      expect: [401, ended],
    },
  ],
});
