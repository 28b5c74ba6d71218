import { expect } from 'vitest';
import { olderScenarios } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { people } from './given.ts';

const json = { 'content-type': 'application/json' };
const badRequest =
  '400 Bad Request: The browser (or proxy) sent a request that this server could not understand.';
const noRegister = 'username, password and name are mandatory fields to create user.';
const noLogin = 'username and password are mandatory fields to create user.';
const badRegister = 'invalid paramerts for user registration.';
const badLogin = 'invalid paramerts for user login.';
const badHeader = { msg: "Bad Authorization header. Expected value 'Bearer <JWT>'" };
const token = expect.any(String);

const wrongRegistrations: Array<[name: string, body: unknown, error: string]> = [
  ['without a name', { username: 'alice3', password: 'x' }, noRegister],
  ['without anything', undefined, noRegister],
  ['that is a list', '[]', noRegister],
  ['with an empty username', { username: '', password: 'x', name: 'x' }, badRegister],
  ['with an empty password', { username: 'alice3', password: '', name: 'x' }, badRegister],
  ['with an empty name', { username: 'alice3', password: 'x', name: '' }, badRegister],
  ['with a blank username', { username: ' \u200b', password: 'x', name: 'x' }, badRegister],
  ['with a NUL', { username: 'a\0b', password: 'x', name: 'x' }, badRegister],
  ['with half a character', { username: 'a\ud800', password: 'x', name: 'x' }, badRegister],
  ['with a list', { username: ['a'], password: 'x', name: 'x' }, badRegister],
  ['that folds to more', { username: '\ufdfa'.repeat(32), password: 'x', name: 'x' }, badRegister],
  [
    'with 33 characters',
    { username: 'x'.repeat(33), password: 'x', name: 'x' },
    'input paramerts too long.',
  ],
  [
    'with a password of 33',
    { username: 'alice3', password: 'x'.repeat(33), name: 'x' },
    'input paramerts too long.',
  ],
  [
    'with a number',
    { username: 'alice3', password: 5, name: 'x' },
    "object of type 'int' has no len()",
  ],
  [
    'with null',
    { username: null, password: 'x', name: 'x' },
    "object of type 'NoneType' has no len()",
  ],
  ['that is no JSON', '{"username":', badRequest],
  [
    'with a username that is taken, in any case',
    { username: 'ALICE@example.com', password: 'x', name: 'x' },
    'User ALICE@example.com already exists',
  ],
  [
    'with the name of another account',
    { username: 'alice', password: 'x', name: 'x' },
    'User alice already exists',
  ],
];

const wrongLogins: Array<[name: string, body: unknown, error: string]> = [
  ['without a password', { username: 'alice@example.com' }, noLogin],
  ['without anything', undefined, noLogin],
  ['with an empty password', { username: 'alice@example.com', password: '' }, badLogin],
  ['with a NUL', { username: 'alice\0', password: 'test' }, badLogin],
  [
    'with a number',
    { username: 'alice@example.com', password: 1.5 },
    "object of type 'float' has no len()",
  ],
  ['with a wrong password', { username: 'alice@example.com', password: 'no' }, 'Wrong credentials'],
  ['of nobody', { username: 'nobody', password: 'test' }, "User nobody doesn't exist"],
  [
    'that is half a statement',
    { username: "alice@example.com' or '1'='1", password: passwords.alice },
    "User alice@example.com' or '1'='1 doesn't exist",
  ],
  ['that is no JSON', '{"username":', badRequest],
];

/** Every route that wants an access token. */
const protectedRoutes = [
  ['DELETE', '/logout/access'],
  ['POST', '/upload-photo'],
  ['POST', '/post-photo/1'],
  ['PUT', '/photos/1/caption'],
  ['DELETE', '/delete-photo/1'],
  ['GET', '/all-photos'],
  ['GET', '/my-photos'],
  ['GET', '/my-drafts'],
  ['GET', '/photo/1'],
] as const;

function claimsOf(jwt: unknown) {
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const [head = '', claims = ''] = String(jwt).split('.');
  return { head: read(head), claims: read(claims) };
}

olderScenarios({
  contract: 'hmlet',
  people,
  rows: [
    {
      name: 'says hello',
      send: ['GET', '/hello'],
      expect: [200, { message: 'Hello Users. Please Login !!' }],
      expectHeaders: json,
      after: async (_client, { headers }) => {
        expect(headers).not.toHaveProperty('access-control-allow-origin');
      },
    },
    {
      name: 'registers, and signs in at once',
      send: ['POST', '/register', { username: 'alice a.', password: 'a', name: 'A.' }],
      expect: [
        201,
        { message: 'User alice a. created', access_token: token, refresh_token: token },
      ],
      expectHeaders: json,
      after: async (_client, { body }) => {
        expect(Object.keys(body).sort()).toEqual(['access_token', 'message', 'refresh_token']);
      },
    },
    {
      name: 'registers with 32 characters, emoji counted once',
      send: [
        'POST',
        '/register',
        { username: '🦉'.repeat(32), password: '🦉'.repeat(32), name: 'x' },
      ],
      expect: [201],
    },
    ...wrongRegistrations.map(([name, body, error]) => ({
      name: `refuses to register ${name}`,
      send: ['POST', '/register', body] as ['POST', string, unknown],
      expect: [400, { Error: error }] as [number, object],
      expectHeaders: json,
    })),
    {
      name: 'takes no form for JSON',
      send: ['POST', '/register', 'username=x&password=x&name=x'],
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      expect: [400, { Error: noRegister }],
    },
    {
      name: 'signs in by the username, in any case',
      send: ['POST', '/login', { username: 'Alice@Example.com', password: passwords.alice }],
      expect: [
        200,
        { message: 'Logged in as Alice@Example.com', access_token: token, refresh_token: token },
      ],
      expectHeaders: json,
    },
    {
      name: 'writes into the tokens what clients read there',
      send: ['POST', '/login', { username: 'alice a.', password: 'a' }],
      expect: [200],
      after: async (_client, { body }) => {
        const access = claimsOf(body.access_token);
        const refresh = claimsOf(body.refresh_token);
        const common = { identity: 'alice a.', jti: expect.stringMatching(/^[0-9a-f-]{36}$/) };
        expect(access.head).toEqual({ alg: 'HS256', typ: 'JWT' });
        expect(access.claims).toMatchObject({ ...common, type: 'access', fresh: false });
        expect(access.claims.exp - access.claims.iat).toBe(15 * 60);
        expect(access.claims.nbf).toBe(access.claims.iat);
        expect(refresh.claims).toMatchObject({ ...common, type: 'refresh' });
        expect(refresh.claims.exp - refresh.claims.iat).toBe(30 * 24 * 3600);
        expect(refresh.claims).not.toHaveProperty('fresh');
        expect(refresh.claims.jti).not.toBe(access.claims.jti);
      },
    },
    ...wrongLogins.map(([name, body, error]) => ({
      name: `refuses a login ${name}`,
      send: ['POST', '/login', body] as ['POST', string, unknown],
      expect: [400, { Error: error }] as [number, object],
      expectHeaders: json,
    })),
    ...protectedRoutes.map(([method, path]) => ({
      name: `asks for a token: ${method} ${path}`,
      send: [method, path] as [typeof method, string],
      expect: [401, { msg: 'Missing Authorization Header' }] as [number, object],
      expectHeaders: json,
    })),
    ...protectedRoutes.map(([method, path]) => ({
      name: `takes no refresh token: ${method} ${path}`,
      token: 'Bearer {aliceRefresh}',
      send: [method, path] as [typeof method, string],
      expect: [422, { msg: 'Only access tokens are allowed' }] as [number, object],
      expectHeaders: json,
    })),
    ...['{alice}', 'bearer {alice}', 'Bearer {alice} x', 'Bearer', 'JWT {alice}'].map((value) => ({
      name: `refuses a header of the form ${value}`,
      token: value,
      send: ['GET', '/my-photos'] as ['GET', string],
      expect: [422, badHeader] as [number, object],
      expectHeaders: json,
    })),
    ...['nonsense', 'a.b.c', 'a.b'].map((value) => ({
      name: `refuses ${value}, which is no token`,
      token: `Bearer ${value}`,
      send: ['GET', '/my-photos'] as ['GET', string],
      expect: [422, { msg: 'Not enough segments' }] as [number, object],
    })),
    {
      name: 'refuses a token that was tampered with',
      given: async ({ values }) => {
        const [head, , signature] = String(values.alice).split('.');
        const claims = { ...claimsOf(values.alice).claims, acc: 2 };
        const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
        return { forged: `${head}.${forged}.${signature}` };
      },
      token: 'Bearer {forged}',
      send: ['GET', '/my-photos'],
      expect: [422, { msg: 'Signature verification failed' }],
    },
    {
      name: 'refuses a token of another contract as one that is not signed',
      given: async ({ server }) => ({ foreign: (await server.tokens('bob')).accessToken }),
      token: 'Bearer {foreign}',
      send: ['GET', '/my-photos'],
      expect: [422, { msg: 'Signature verification failed' }],
    },
    {
      name: 'refuses one of another older contract alike',
      given: async ({ server }) => {
        const body = { email: 'e@example.com', name: 'e', password: 'e', profile: '' };
        await server.send('POST', '/compat/mini-sns/sign-up', { body });
        const answer = await server.send('POST', '/compat/mini-sns/login', { body });
        return { foreign: answer.body.access_token };
      },
      token: 'Bearer {foreign}',
      send: ['GET', '/my-photos'],
      expect: [422, { msg: 'Signature verification failed' }],
    },
    {
      name: 'refreshes',
      token: 'Bearer {aliceRefresh}',
      send: ['POST', '/refresh'],
      expect: [200, { access_token: token }],
      expectHeaders: json,
      after: async (client, { body }) => {
        expect(Object.keys(body)).toEqual(['access_token']);
        const sent = { token: `Bearer ${body.access_token}` };
        expect((await client.send('GET', '/my-photos', sent)).status).toBe(200);
        expect(claimsOf(body.access_token).claims.identity).toBe('alice@example.com');
        client.values.second = body.access_token;
      },
    },
    {
      name: 'refreshes again: the refresh token stays',
      token: 'Bearer {aliceRefresh}',
      send: ['POST', '/refresh', {}],
      expect: [200, { access_token: token }],
    },
    {
      name: 'refreshes with a refresh token alone',
      token: 'Bearer {alice}',
      send: ['POST', '/refresh'],
      expect: [422, { msg: 'Only refresh tokens are allowed' }],
    },
    { name: 'asks for a token to refresh', send: ['POST', '/refresh'], expect: [401] },
    {
      name: 'ends a refresh token with a refresh token alone',
      token: 'Bearer {alice}',
      send: ['DELETE', '/logout/refresh'],
      expect: [422, { msg: 'Only refresh tokens are allowed' }],
    },
    {
      name: 'asks for a token to end',
      send: ['DELETE', '/logout/refresh'],
      expect: [401, { msg: 'Missing Authorization Header' }],
    },
    {
      name: 'ends an access token, and no other',
      token: 'Bearer {alice}',
      send: ['DELETE', '/logout/access'],
      expect: [200, { message: 'Successfully logged out with access Token' }],
      expectHeaders: json,
      after: async (client) => {
        const status = async (method: 'GET' | 'POST', path: string, value = '') =>
          (await client.send(method, path, { token: `Bearer ${value}` })).status;
        expect(await status('GET', '/my-photos', String(client.values.second))).toBe(200);
        expect(await status('POST', '/refresh', String(client.values.aliceRefresh))).toBe(200);
      },
    },
    {
      name: 'tells that a token was ended',
      token: 'Bearer {alice}',
      send: ['DELETE', '/logout/access'],
      expect: [401, { msg: 'Token has been revoked' }],
      expectHeaders: json,
    },
    {
      name: 'tells of an ended token first that it is of the wrong kind',
      token: 'Bearer {alice}',
      send: ['POST', '/refresh'],
      expect: [422, { msg: 'Only refresh tokens are allowed' }],
    },
    {
      name: 'ends a refresh token, and no other',
      token: 'Bearer {aliceRefresh}',
      send: ['DELETE', '/logout/refresh'],
      expect: [200, { message: 'Successfully logged out with refresh Token' }],
      expectHeaders: json,
      after: async (client) => {
        const access = { token: `Bearer ${client.values.second}` };
        expect((await client.send('GET', '/my-photos', access)).status).toBe(200);
      },
    },
    {
      name: 'refreshes nothing once the refresh token was ended',
      token: 'Bearer {aliceRefresh}',
      send: ['POST', '/refresh'],
      expect: [401, { msg: 'Token has been revoked' }],
    },
    {
      name: 'tells that a token has expired',
      token: 'Bearer {second}',
      given: async ({ server }) => server.clock.advance(15 * 60 * 1000 + 10_000),
      send: ['GET', '/my-photos'],
      expect: [401, { msg: 'Token has expired' }],
      expectHeaders: json,
    },
    {
      name: 'still knows a refresh token after a month but a day',
      token: 'Bearer {bobRefresh}',
      given: async ({ server }) => server.clock.advance(29 * 24 * 3600 * 1000),
      send: ['POST', '/refresh'],
      expect: [200],
    },
    {
      name: 'forgets no end of a token in that time',
      token: 'Bearer {aliceRefresh}',
      given: async ({ server }) => server.app.sweep(),
      send: ['POST', '/refresh'],
      expect: [401, { msg: 'Token has been revoked' }],
    },
    {
      name: 'tells of an account that is gone as of a token that was ended',
      given: async ({ server }) => {
        const login = { login: 'carla@example.com', password: passwords.carla };
        const { body } = await server.send('POST', '/v2/sessions', { body: login });
        const headers = { authorization: `Bearer ${body.accessToken}` };
        const closing = { headers, body: { password: passwords.carla } };
        const gone = await server.send('DELETE', '/v2/me', closing);
        expect(gone.status).toBe(204);
      },
      token: 'Bearer {carlaRefresh}',
      send: ['POST', '/refresh'],
      expect: [401, { msg: 'Token has been revoked' }],
    },
  ],
});
