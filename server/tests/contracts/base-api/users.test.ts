import { expect } from 'vitest';
import { changeAccount } from '../../support/given.ts';
import { type Client, type OlderScenario, olderScenarios } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { done, failed, json, logIn, register } from './given.ts';

type Refused = [status: number, body: object];

const badPayload: Refused = [400, failed('Invalid payload.')];
const exists: Refused = [400, failed('Sorry. That email or username already exists.')];
const noUser: Refused = [404, failed('User does not exist.')];
const forbidden: Refused = [403, failed('Forbidden.')];
const badPage: Refused = [400, failed('page and per_page are numbers from 1 on.')];

const wrongUsers: Array<[name: string, body: unknown, answer: Refused]> = [
  ['without anything', undefined, badPayload],
  ['of an empty object', {}, badPayload],
  ['without a username', { email: 'b@example.com', password: 'x' }, badPayload],
  ['without an e-mail', { username: 'barreto', password: 'x' }, badPayload],
  [
    'with a numeric password',
    { username: 'barreto', email: 'b@example.com', password: 5 },
    badPayload,
  ],
  ['with an e-mail that somebody has', { username: 'barreto', email: 'BOB@example.com' }, exists],
  ['with a username that somebody has', { username: 'Bob', email: 'b@example.com' }, exists],
];

/** Alice is an admin, bob a moderator, and carla neither. */
async function people(client: Client) {
  for (const name of ['alice', 'bob', 'carla'] as const) {
    await register(client, name);
    client.server.clock.advance(1000);
  }
  await changeAccount(client.server, 'alice', { role: 'admin' });
  await changeAccount(client.server, 'bob', { role: 'moderator' });
  const carla = await logIn(client, 'carla');
  const status = await client.send('GET', '/v1/auth/status', { token: carla });
  const tokens = { alice: await logIn(client, 'alice'), bob: await logIn(client, 'bob'), carla };
  return { ...tokens, carlaId: status.body.data.id };
}

const rows: OlderScenario[] = [
  ...(['bob', 'carla'] as const).flatMap((name): OlderScenario[] => [
    {
      name: `shows the list of all to nobody else: ${name}`,
      token: `{${name}}`,
      send: ['GET', '/v1/users'],
      expect: forbidden,
      expectHeaders: json,
    },
    {
      name: `shows others to nobody else: ${name}`,
      token: `{${name}}`,
      send: ['GET', '/v1/users/{carlaId}'],
      expect: forbidden,
    },
    {
      name: `lets nobody else add others: ${name}`,
      token: `{${name}}`,
      send: ['POST', '/v1/users', {}],
      expect: forbidden,
    },
  ]),
  {
    name: 'shows all, the newest first',
    token: '{alice}',
    send: ['GET', '/v1/users'],
    expect: [200, { status: 'success' }],
    expectHeaders: json,
    after: async ({ values }, { body }) => {
      expect(Object.keys(body)).toEqual(['status', 'data']);
      expect(body.data).toEqual({
        users: [
          {
            id: values.carlaId,
            username: 'carla',
            email: 'carla@example.com',
            created_at: '2026-06-01T12:00:02+00:00',
          },
          expect.objectContaining({ username: 'bob', created_at: '2026-06-01T12:00:01+00:00' }),
          expect.objectContaining({ username: 'alice', created_at: '2026-06-01T12:00:00+00:00' }),
        ],
      });
    },
  },
  {
    name: 'shows a page of them',
    token: '{alice}',
    send: ['GET', '/v1/users?page=2&per_page=1'],
    expect: [200],
    after: async (_client, { body }) => {
      expect(body.data.users.map((user: { username: string }) => user.username)).toEqual(['bob']);
    },
  },
  {
    name: 'has a first page without being told',
    token: '{alice}',
    send: ['GET', '/v1/users?per_page=2'],
    expect: [200],
    after: async (_client, { body }) => {
      expect(body.data.users).toHaveLength(2);
    },
  },
  ...['page=9&per_page=2', 'page=1001&per_page=10', 'page=2147483647&per_page=2147483647'].map(
    (query): OlderScenario => ({
      name: `shows nobody beyond the end: ${query}`,
      token: '{alice}',
      send: ['GET', `/v1/users?${query}`],
      expect: [200],
      after: async (_client, { body }) => expect(body.data.users).toEqual([]),
    }),
  ),
  ...['page=0', 'page=x', 'per_page=0', 'per_page=-1', 'page=x&page=2'].map(
    (query): OlderScenario => ({
      name: `refuses ${query}`,
      token: '{alice}',
      send: ['GET', `/v1/users?${query}`],
      expect: badPage,
    }),
  ),
  {
    name: 'shows one, without the number',
    token: '{alice}',
    send: ['GET', '/v1/users/{carlaId}'],
    expect: [200],
    expectHeaders: json,
    after: async (_client, { body }) => {
      expect(body).toEqual({
        status: 'success',
        data: {
          username: 'carla',
          email: 'carla@example.com',
          created_at: '2026-06-01T12:00:02+00:00',
        },
      });
    },
  },
  ...['2000000000', '99999999999', '0', '-1', 'carla', '%00'].map(
    (id): OlderScenario => ({
      name: `knows nobody of the number ${id}`,
      token: '{alice}',
      send: ['GET', `/v1/users/${id}`],
      expect: noUser,
      expectHeaders: json,
    }),
  ),
  ...wrongUsers.map(
    ([name, body, answer]): OlderScenario => ({
      name: `adds nobody ${name}`,
      token: '{alice}',
      send: ['POST', '/v1/users', body],
      expect: answer,
      expectHeaders: json,
    }),
  ),
  {
    name: 'adds somebody, who signs in',
    token: '{alice}',
    send: ['POST', '/v1/users', { username: 'Barreto B.', email: 'b@example.com', password: 'x' }],
    expect: [201],
    expectHeaders: json,
    after: async (client, { body }) => {
      expect(body).toEqual(done('b@example.com was added!'));
      const login = { email: 'b@example.com', password: 'x' };
      const answer = await client.send('POST', '/v1/auth/login', { body: login });
      expect([answer.status, answer.body.username]).toEqual([200, 'Barreto B.']);
    },
  },
  {
    name: 'adds nobody of the name of one who was added',
    token: '{alice}',
    send: ['POST', '/v1/users', { username: 'barreto b.', email: 'b2@example.com', password: 'x' }],
    expect: exists,
  },
  {
    name: 'adds somebody without a password, who cannot sign in with any',
    token: '{alice}',
    send: ['POST', '/v1/users', { username: 'cheluskis', email: 'c@example.com' }],
    expect: [201, done('c@example.com was added!')],
    after: async (client) => {
      for (const password of ['', 'null', passwords.alice]) {
        const body = { email: 'c@example.com', password };
        const { status } = await client.send('POST', '/v1/auth/login', { body });
        expect(status).toBe(password === '' ? 400 : 404);
      }
    },
  },
  {
    name: 'lets nobody look any more who is no admin any more',
    given: async ({ server }) => void (await changeAccount(server, 'bob', { role: 'admin' })),
    token: '{bob}',
    send: ['GET', '/v1/users'],
    expect: [200],
    after: async (client) => {
      await changeAccount(client.server, 'bob', { role: 'user' });
      const answer = await client.send('GET', '/v1/users', { token: String(client.values.bob) });
      expect(answer.status).toBe(401);
    },
  },
];

olderScenarios({ contract: 'base-api', people, rows });
