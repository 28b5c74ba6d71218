import { createECDH, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newVapidKeys } from '../../../src/app/vapid-keys.ts';
import { anAccount } from '../../support/given.ts';
import { refusals, type Scenario, scenarios } from '../../support/scenarios.ts';
import { type Person, type TestServer, testServer } from '../../support/server.ts';

const phone = '/v2/me/devices/phone';
const app = { type: 'android', token: 'token-1' };
const longest = 'd'.repeat(128);

function subscription(more: object = {}) {
  const p256dh = createECDH('prime256v1').generateKeys('base64url');
  const auth = randomBytes(16).toString('base64url');
  return { endpoint: 'https://push.example.com/send/1', keys: { p256dh, auth }, ...more };
}

async function put(server: TestServer, as: Person, device: string, body: object): Promise<void> {
  const answer = await server.send('PUT', `/v2/me/devices/${device}`, { as, body });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

async function devicesOf(server: TestServer, as: Person): Promise<string[]> {
  const { body } = await server.send('GET', '/v2/me/devices', { as });
  return body.items.map(({ deviceId }: { deviceId: string }) => deviceId);
}

scenarios('PUT /v2/me/devices/{deviceId}', [
  {
    name: 'registers an app, and keeps its token to itself',
    as: 'alice',
    send: ['PUT', phone, app],
    expect: [200, { deviceId: 'phone', type: 'android', isActive: true }],
    after: async (server, { body }) => {
      expect(JSON.stringify(body)).not.toContain('token-1');
      expect(await devicesOf(server, 'alice')).toEqual(['phone']);
    },
  },
  {
    name: 'registers a browser as it describes itself',
    as: 'alice',
    send: [
      'PUT',
      '/v2/me/devices/laptop',
      { type: 'web', token: subscription({ expirationTime: null }) },
    ],
    expect: [200, { deviceId: 'laptop', type: 'web' }],
  },
  {
    name: 'takes names of 128 letters of any kind',
    as: 'alice',
    send: ['PUT', `/v2/me/devices/${encodeURIComponent('🪶'.repeat(128))}`, app],
    expect: [200, { deviceId: '🪶'.repeat(128) }],
  },
  {
    name: 'changes nothing when it is repeated, but when the device was heard of',
    given: async (server) => {
      await put(server, 'alice', 'phone', app);
      server.clock.advance(60_000);
    },
    as: 'alice',
    send: ['PUT', phone, app],
    expect: [200, { createdAt: '2026-06-01T12:00:00.000Z', updatedAt: '2026-06-01T12:01:00.000Z' }],
    after: async (server) => expect(await devicesOf(server, 'alice')).toEqual(['phone']),
  },
  {
    name: 'replaces the token of a device',
    given: (server) => put(server, 'alice', 'phone', app),
    as: 'alice',
    send: ['PUT', phone, { ...app, token: 'token-2' }],
    expect: [200],
    after: async (server) => {
      const rows = await server.app.database
        .selectFrom('devices')
        .select(['id', 'token'])
        .execute();
      expect(rows).toEqual([{ id: 1, token: 'token-2' }]);
    },
  },
  {
    name: 'moves a device that was another account’s',
    given: async (server) => {
      await put(server, 'alice', 'phone', app);
      await put(server, 'alice', 'tablet', { ...app, token: 'token-2' });
    },
    as: 'bob',
    send: ['PUT', phone, { type: 'ios', token: 'token-3' }],
    expect: [200, { type: 'ios' }],
    after: async (server) => {
      expect(await devicesOf(server, 'alice')).toEqual(['tablet']);
      expect(await devicesOf(server, 'bob')).toEqual(['phone']);
    },
  },
  {
    name: 'moves a token that was another account’s',
    given: (server) => put(server, 'alice', 'phone', app),
    as: 'bob',
    send: ['PUT', '/v2/me/devices/new-name', app],
    expect: [200],
    after: async (server) => {
      expect(await devicesOf(server, 'alice')).toEqual([]);
      expect(await devicesOf(server, 'bob')).toEqual(['new-name']);
    },
  },
  {
    name: 'knows a subscription by its endpoint, whatever its keys',
    given: (server) => put(server, 'alice', 'old', { type: 'web', token: subscription() }),
    as: 'alice',
    send: ['PUT', '/v2/me/devices/new', { type: 'web', token: subscription() }],
    expect: [200],
    after: async (server) => expect(await devicesOf(server, 'alice')).toEqual(['new']),
  },
  {
    name: 'drops the device that was not heard of for the longest, above 50',
    given: async (server) => {
      for (let i = 0; i < 50; i += 1) {
        await put(server, 'alice', `device-${i}`, { ...app, token: `token-${i}` });
        server.clock.advance(1000);
      }
      await put(server, 'alice', 'device-0', { ...app, token: 'token-0' });
    },
    as: 'alice',
    send: ['PUT', phone, { ...app, token: 'another' }],
    expect: [200],
    after: async (server) => {
      const names = await devicesOf(server, 'alice');
      expect(names).toHaveLength(50);
      expect(names).not.toContain('device-1');
      expect(names.slice(0, 3)).toEqual(['phone', 'device-0', 'device-49']);
    },
  },
]);

const web = (token: unknown): [string, unknown] => ['web', token];
const wrong: Array<[name: string, field: string, body: [type: string, token: unknown]]> = [
  ['a type that is none', 'type', ['fridge', 'token-1']],
  ['an empty token', 'token', ['ios', '']],
  ['a token that is too long', 'token', ['ios', 't'.repeat(4097)]],
  ['a token that is a number', 'token', ['ios', 7]],
  ['no token', 'token', ['ios', undefined]],
  ['a subscription for an app', 'token', ['ios', subscription()]],
  ['text for a browser', 'token', web('token-1')],
  ['an endpoint that is no address', 'token.endpoint', web(subscription({ endpoint: 'push' }))],
  ['plain http', 'token.endpoint', web(subscription({ endpoint: 'http://push.example.com/1' }))],
  ['a user in the endpoint', 'token.endpoint', web(subscription({ endpoint: 'https://a:b@c.de' }))],
  ['no keys', 'token.keys', web(subscription({ keys: undefined }))],
  [
    'a key that is no point of the curve',
    'token.keys.p256dh',
    web(
      subscription({
        keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: 'BTBZMqHH6r4Tts7J_aSIgg' },
      }),
    ),
  ],
  [
    'a secret that is too short',
    'token.keys.auth',
    web(subscription({ keys: { ...subscription().keys, auth: 'AAAA' } })),
  ],
  ['what nobody knows', 'token.p256dh', web(subscription({ p256dh: 'x' }))],
];

refusals('PUT /v2/me/devices/{deviceId} refuses', [
  ...wrong.map(
    ([name, field, [type, token]]): Scenario => ({
      name,
      as: 'alice',
      send: ['PUT', phone, { type, token }],
      expect: [422, { code: 'invalid', fields: [expect.objectContaining({ field })] }],
    }),
  ),
  {
    name: 'a name of more than 128 letters',
    as: 'alice',
    send: ['PUT', `/v2/me/devices/${longest}d`, app],
    expect: [422, { fields: [{ field: 'deviceId' }] }],
  },
  {
    name: 'a name with control characters',
    as: 'alice',
    send: ['PUT', '/v2/me/devices/a%00b', app],
    expect: [422, { fields: [{ field: 'deviceId' }] }],
  },
  { name: 'strangers', send: ['PUT', phone, app], expect: [401, { code: 'no_token' }] },
]);

scenarios('GET and DELETE /v2/me/devices', [
  {
    name: 'lists the devices of the account alone, the one heard of last first',
    given: async (server) => {
      await put(server, 'alice', 'first', { ...app, token: 'a' });
      await put(server, 'bob', 'other', { ...app, token: 'b' });
      server.clock.advance(1000);
      await put(server, 'alice', 'second', { ...app, token: 'c' });
    },
    as: 'alice',
    send: ['GET', '/v2/me/devices'],
    expect: [200, { items: [{ deviceId: 'second' }, { deviceId: 'first' }] }],
  },
  {
    name: 'shows that a device gets no pushes any more once its session has ended',
    given: async (server) => {
      await put(server, 'alice', 'phone', app);
      await server.send('DELETE', '/v2/sessions/current', { as: 'alice' });
      server.forget('alice');
    },
    as: 'alice',
    send: ['GET', '/v2/me/devices'],
    expect: [200, { items: [{ deviceId: 'phone', isActive: false }] }],
  },
  {
    name: 'forgets a device',
    given: (server) => put(server, 'alice', 'phone', app),
    as: 'alice',
    send: ['DELETE', phone],
    expect: [204],
    after: async (server) => expect(await devicesOf(server, 'alice')).toEqual([]),
  },
  {
    name: 'S44: does not forget a device of somebody else',
    given: (server) => put(server, 'alice', 'phone', app),
    as: 'bob',
    send: ['DELETE', phone],
    expect: [404, { code: 'not_found' }],
    after: async (server) => expect(await devicesOf(server, 'alice')).toEqual(['phone']),
  },
  {
    name: 'S44: sends no test to a device of somebody else',
    given: (server) => put(server, 'alice', 'phone', app),
    as: 'bob',
    send: ['POST', `${phone}/test-push`],
    expect: [404],
  },
]);

describe('one token in many requests at once', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await anAccount(server, 'alice');
    await anAccount(server, 'bob');
  });

  afterEach(() => server.close());

  const people = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'alice' : 'bob') as Person);

  it('ends with one device of one account', async () => {
    const answers = await Promise.all(
      people.map((as, i) => server.send('PUT', `/v2/me/devices/device-${i}`, { as, body: app })),
    );

    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    const owned = [...(await devicesOf(server, 'alice')), ...(await devicesOf(server, 'bob'))];
    expect(owned).toHaveLength(1);
  });

  it('and one device in many ends with one owner and one token', async () => {
    const answers = await Promise.all(
      people.map((as, i) => server.send('PUT', phone, { as, body: { ...app, token: `t-${i}` } })),
    );

    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    const owned = [...(await devicesOf(server, 'alice')), ...(await devicesOf(server, 'bob'))];
    expect(owned).toEqual(['phone']);
  });
});

describe('test pushes', () => {
  it('S90: are 20 an hour', async () => {
    const { publicKey, privateKey } = newVapidKeys();
    const server = await testServer({
      environment: {
        RATE_LIMITS: 'on',
        VAPID_PUBLIC_KEY: publicKey,
        VAPID_PRIVATE_KEY: privateKey,
        PUBLIC_URL: 'https://photos.example.com',
      },
    });
    await put(server, 'alice', 'laptop', { type: 'web', token: subscription() });
    const path = '/v2/me/devices/laptop/test-push';
    const statuses: number[] = [];
    for (let i = 0; i < 21; i += 1) {
      statuses.push((await server.send('POST', path, { as: 'alice' })).status);
    }
    const key = await server.send('GET', '/v2/push-key');

    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 202), 429]);
    expect(key.body).toEqual({ publicKey });
    await server.close();
  });
});
