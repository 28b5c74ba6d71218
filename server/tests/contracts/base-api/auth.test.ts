import { expect } from 'vitest';
import { changeAccount } from '../../support/given.ts';
import { type OlderScenario, olderScenarios } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { done, failed, json, lifeMs, logIn, people } from './given.ts';

const badPayload: [number, object] = [400, failed('Invalid payload.')];
const noUser: [number, object] = [404, failed('User does not exist.')];
const notAuthorized: [number, object] = [401, failed('Not authorized.')];
const badToken: [number, object] = [401, failed('Invalid token. Please log in again.')];
const contactUs: [number, object] = [401, failed('Something went wrong. Please contact us.')];
const exists: [number, object] = [400, failed('Sorry. That user already exists.')];
const token = expect.any(String);
const someone = { username: 'martin', email: 'm@example.com', password: 'password' };

const wrongRegistrations: Array<[name: string, body: unknown]> = [
  ['without anything', undefined],
  ['of an empty object', {}],
  ['without a username', { ...someone, username: undefined }],
  ['without an e-mail', { ...someone, email: '' }],
  ['without a password', { ...someone, password: null }],
  ['with zero for a username', { ...someone, username: 0 }],
  ['with a numeric password', { ...someone, password: 12345678 }],
  ['with a list for an e-mail', { ...someone, email: ['m@example.com'] }],
  ['that is a list', '[{"username":"martin"}]'],
  ['that is a text', '"martin"'],
  ['that is no JSON', '{"username":'],
  ['with a NUL', { ...someone, username: 'mar\0tin' }],
  ['with half a character', { ...someone, email: 'm\ud800@example.com' }],
  ['with a blank username', { ...someone, username: ' \u200b' }],
  ['with a blank e-mail', { ...someone, email: '\u200b' }],
  ['with an e-mail that folds to more', { ...someone, email: '\ufdfa'.repeat(128) }],
  ['with an e-mail of 255 characters', { ...someone, email: `${'m'.repeat(243)}@example.com` }],
  ['with a username of 129 characters', { ...someone, username: 'm'.repeat(129) }],
];

const wrongLogins: Array<[name: string, body: unknown, answer: [number, object]]> = [
  ['without anything', undefined, badPayload],
  ['of an empty object', {}, badPayload],
  ['without a password', { email: 'alice@example.com' }, badPayload],
  ['with an empty password', { email: 'alice@example.com', password: '' }, badPayload],
  ['with a numeric password', { email: 'alice@example.com', password: 1 }, badPayload],
  ['with a number for an e-mail', { email: 5, password: 'password' }, badPayload],
  ['that is no JSON', '{"email":', badPayload],
  ['without an e-mail', { password: passwords.alice }, noUser],
  ['of nobody', { email: 'nobody@example.com', password: 'password' }, noUser],
  ['with a wrong password', { email: 'alice@example.com', password: 'wrong' }, noUser],
];

const wrongHeaders: Array<[name: string, header: string | undefined, answer: [number, object]]> = [
  ['no token', undefined, notAuthorized],
  ['a token without a word before it', 'nonsense', notAuthorized],
  ['the word alone', 'Bearer', notAuthorized],
  ['a token that is none', 'Bearer nonsense', badToken],
  [
    'a token that somebody else signed',
    'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE4MTYzNDU2MDAsImlhdCI6MTc4MDMxNTIwMCwic3ViIjoxfQ.t8QKjoNfP3GuCLpCLVW-sPeEynHtX8Vk7DaOfVn0tWU',
    badToken,
  ],
  [
    'a token that nobody signed',
    'Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJleHAiOjE4MTYzNDU2MDAsImlhdCI6MTc4MDMxNTIwMCwic3ViIjoxfQ.',
    badToken,
  ],
];

/** What wants a token; each is asked without one. */
const protectedRoutes = [
  ['GET', '/v1/auth/status'],
  ['GET', '/v1/auth/logout'],
  ['PUT', '/v1/auth/password_change'],
  ['PUT', '/v1/auth/facebook/set_standalone_user'],
  ['GET', '/v1/users'],
  ['POST', '/v1/users'],
  ['GET', '/v1/users/1'],
] as const;

const accepted = [
  'application/json',
  '*/*',
  'text/html, */*;q=0.1',
  'application/*',
  'text/html, APPLICATION/JSON; q=0.5',
];
const notAccepted = [
  'text/html',
  'text/html, application/json;q=0',
  'application/xml',
  'application/json;q=0, */*',
];

function claimsOf(jwt: unknown) {
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const [head = '', claims = ''] = String(jwt).split('.');
  return { head: read(head), claims: read(claims) };
}

const rows: OlderScenario[] = [
  {
    name: 'answers ping, whatever a client takes',
    send: ['GET', '/v1/ping'],
    headers: { accept: 'text/html' },
    expect: [200, done('pong!')],
    expectHeaders: { ...json, 'access-control-allow-origin': '*' },
  },
  {
    name: 'registers, and signs in at once',
    send: ['POST', '/v1/auth/register', someone],
    expect: [201, { ...done('Successfully registered.'), auth_token: token, username: 'martin' }],
    expectHeaders: json,
    after: async (client, { body }) => {
      expect(Object.keys(body)).toEqual(['status', 'message', 'auth_token', 'username']);
      const status = await client.send('GET', '/v1/auth/status', {
        token: `Bearer ${body.auth_token}`,
      });
      expect(status.body.data).toMatchObject({ username: 'martin', email: 'm@example.com' });
    },
  },
  {
    name: 'gives a token of the claims that its clients read, the number as a number',
    send: ['POST', '/v1/auth/login', { email: 'alice@example.com', password: passwords.alice }],
    expect: [200, { ...done('Successfully logged in.'), auth_token: token, username: 'alice' }],
    expectHeaders: json,
    after: async (client, { body }) => {
      expect(Object.keys(body)).toEqual(['status', 'message', 'auth_token', 'username']);
      const { head, claims } = claimsOf(body.auth_token);
      const status = await client.send('GET', '/v1/auth/status', {
        token: `Bearer ${body.auth_token}`,
      });
      expect(head).toEqual({ alg: 'HS256', typ: 'JWT' });
      expect(claims.sub).toBe(status.body.data.id);
      expect(claims.exp - claims.iat).toBe(30 * 24 * 3600);
    },
  },
  {
    name: 'takes a username that somebody has',
    send: ['POST', '/v1/auth/register', { ...someone, email: 'm2@example.com' }],
    expect: [201, { username: 'martin' }],
  },
  {
    name: 'takes a password of one letter and an e-mail that is none, as it always did',
    send: ['POST', '/v1/auth/register', { username: 'x', email: 'x', password: 'x' }],
    expect: [201, { username: 'x' }],
  },
  {
    name: 'refuses an e-mail that somebody has, in any case',
    send: ['POST', '/v1/auth/register', { ...someone, email: 'ALICE@example.com' }],
    expect: exists,
    expectHeaders: json,
  },
  ...wrongRegistrations.map(
    ([name, body]): OlderScenario => ({
      name: `refuses to register ${name}`,
      send: ['POST', '/v1/auth/register', body],
      expect: badPayload,
      expectHeaders: json,
    }),
  ),
  {
    name: 'takes no form for JSON',
    send: ['POST', '/v1/auth/register', 'username=x&password=x&email=x'],
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    expect: badPayload,
  },
  {
    name: 'says why a password of 129 characters is refused',
    send: ['POST', '/v1/auth/register', { ...someone, email: 'y', password: 'x'.repeat(129) }],
    expect: [400, failed('The password must have at most 128 characters.')],
  },
  {
    name: 'signs in by the e-mail, in any case',
    send: ['POST', '/v1/auth/login', { email: 'Alice@Example.com', password: passwords.alice }],
    expect: [200, { username: 'alice' }],
  },
  ...wrongLogins.map(
    ([name, body, answer]): OlderScenario => ({
      name: `refuses a login ${name}`,
      send: ['POST', '/v1/auth/login', body],
      expect: answer,
      expectHeaders: json,
    }),
  ),
  {
    name: 'shows one’s own account, with the time as it always was',
    token: '{alice}',
    send: ['GET', '/v1/auth/status'],
    expect: [
      200,
      {
        status: 'success',
        data: {
          username: 'alice',
          email: 'alice@example.com',
          active: true,
          created_at: '2026-06-01T12:00:00+00:00',
          email_validation_date: null,
          cellphone_validation_date: null,
        },
      },
    ],
    expectHeaders: { ...json, 'cache-control': 'private, no-store' },
    after: async (_client, { body }) => {
      expect(Object.keys(body)).toEqual(['status', 'data']);
      expect(body.data.id).toEqual(expect.any(Number));
    },
  },
  {
    name: 'takes any word before the token',
    given: async ({ values }) => ({ bare: String(values.alice).slice('Bearer '.length) }),
    token: 'Token {bare}',
    send: ['GET', '/v1/auth/status'],
    expect: [200],
  },
  ...wrongHeaders.map(
    ([name, header, answer]): OlderScenario => ({
      name: `refuses ${name}`,
      ...(header === undefined ? {} : { token: header }),
      send: ['GET', '/v1/auth/status'],
      expect: answer,
      expectHeaders: json,
    }),
  ),
  ...protectedRoutes.map(
    ([method, path]): OlderScenario => ({
      name: `asks for a token at ${method} ${path}`,
      send: [method, path, method === 'GET' ? undefined : {}],
      expect: notAuthorized,
    }),
  ),
  ...accepted.map(
    (accept): OlderScenario => ({
      name: `answers a client that takes ${accept}`,
      token: '{alice}',
      headers: { accept },
      send: ['GET', '/v1/auth/status'],
      expect: [200],
    }),
  ),
  ...notAccepted.map(
    (accept): OlderScenario => ({
      name: `turns away a client that takes ${accept}, before anything else`,
      headers: { accept },
      send: ['GET', '/v1/auth/status'],
      expect: [406, failed('Only JSON is served. Send Accept: application/json.')],
      expectHeaders: json,
    }),
  ),
  {
    name: 'answers an unknown address in its own shape',
    headers: { accept: 'text/html' },
    send: ['GET', '/v1/nothing'],
    expect: [404, failed('Not Found.')],
    expectHeaders: json,
  },
  {
    name: 'answers the prefix alone in its own shape',
    send: ['GET', '/v1'],
    expect: [404, failed('Not Found.')],
  },
  {
    name: 'answers a wrong method with those that are right',
    send: ['DELETE', '/v1/auth/login'],
    expect: [405, failed('This address answers POST.')],
    expectHeaders: { ...json, allow: 'POST' },
  },
  {
    name: 'turns a body away that is too large',
    send: ['POST', '/v1/auth/login', { email: 'x'.repeat(300_000), password: 'x' }],
    expect: [413, { status: 'error' }],
    expectHeaders: json,
  },
  {
    name: 'signs out',
    token: '{bob}',
    send: ['GET', '/v1/auth/logout'],
    expect: [200, done('Successfully logged out.')],
    expectHeaders: json,
  },
  {
    name: 'takes no token that was signed out, though the older server did',
    token: '{bob}',
    send: ['GET', '/v1/auth/status'],
    expect: badToken,
  },
  {
    name: 'signs nobody out twice',
    token: '{bob}',
    send: ['GET', '/v1/auth/logout'],
    expect: badToken,
  },
  {
    name: 'leaves other tokens of the same person alone',
    given: async (client) => {
      const [first, second] = [await logIn(client, 'bob'), await logIn(client, 'bob')];
      await client.send('GET', '/v1/auth/logout', { token: first });
      return { second };
    },
    token: '{second}',
    send: ['GET', '/v1/auth/status'],
    expect: [200],
  },
  {
    name: 'still takes a token after a month but a minute',
    given: async ({ server }) => server.clock.advance(lifeMs - 60_000),
    token: '{alice}',
    send: ['GET', '/v1/auth/status'],
    expect: [200],
  },
  {
    name: 'shows a time with its fraction',
    given: async (client) => {
      client.server.clock.advance(146);
      const body = { ...someone, email: 'm3@example.com' };
      const answer = await client.send('POST', '/v1/auth/register', { body });
      return { late: `Bearer ${answer.body.auth_token}` };
    },
    token: '{late}',
    send: ['GET', '/v1/auth/status'],
    expect: [200, { data: { created_at: '2026-07-01T11:59:00.146000+00:00' } }],
  },
  {
    name: 'tells that a token has expired',
    given: async ({ server }) => server.clock.advance(2 * 60_000),
    token: '{alice}',
    send: ['GET', '/v1/auth/status'],
    expect: [401, failed('Signature expired. Please log in again.')],
    expectHeaders: json,
  },
  {
    name: 'sends whoever was disabled to a person',
    given: async (client) => {
      const disabled = await logIn(client, 'carla');
      await changeAccount(client.server, 'carla', { disabled: true });
      return { disabled };
    },
    token: '{disabled}',
    send: ['GET', '/v1/auth/status'],
    expect: contactUs,
    expectHeaders: json,
  },
  {
    name: 'lets nobody in who is disabled',
    send: ['POST', '/v1/auth/login', { email: 'carla@example.com', password: passwords.carla }],
    expect: noUser,
  },
  {
    name: 'says the same of an account that is gone',
    given: async (client) => {
      const gone = await logIn(client, 'bob');
      const login = { login: 'bob@example.com', password: passwords.bob };
      const { body } = await client.server.send('POST', '/v2/sessions', { body: login });
      const headers = { authorization: `Bearer ${body.accessToken}` };
      const closing = { headers, body: { password: login.password } };
      expect((await client.server.send('DELETE', '/v2/me', closing)).status).toBe(204);
      return { gone };
    },
    token: '{gone}',
    send: ['GET', '/v1/auth/status'],
    expect: contactUs,
  },
];

olderScenarios({ contract: 'base-api', people, rows });
