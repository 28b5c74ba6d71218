import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator } from '../../src/domain/authority.ts';
import { type TestServer, testServer } from '../support/server.ts';

/** One client as a proxy may name it; `n` is what the client can change at will. */
const forms: Record<string, (n: number) => string> = {
  IPv4: () => '203.0.113.1',
  'IPv4 with a port': (n) => `203.0.113.2:${4000 + n}`,
  'IPv4 within IPv6': (n) => (n % 2 ? '::ffff:203.0.113.3' : '::FFFF:cb00:7103'),
  'IPv4 within IPv6 with a port': (n) => `[::ffff:203.0.113.4]:${4000 + n}`,
  'a /64 of IPv6': (n) => `2001:db8:0:5:${n.toString(16)}::1`,
  'a /64 of IPv6 with ports': (n) => `[2001:db8:0:6::${n.toString(16)}]:${4000 + n}`,
  'a /64 of IPv6 in quotes': (n) => `"[2001:db8:0:7::${n.toString(16)}]:${4000 + n}"`,
  'IPv6 with a zone': (n) => `fe80::8%eth${n}`,
  'IPv6 in other spellings': (n) => (n % 2 ? '2001:DB8:0:9:0:0:0:1' : '2001:db8:0:9::0001'),
  'what is no address': (n) => `client-${n}`,
  'an address behind spoofed ones': (n) => `192.0.2.${n % 250}, 203.0.113.11:${4000 + n}`,
  'an address before a proxy of ours with a port': (n) => `203.0.113.12, 10.9.0.1:${4000 + n}`,
};

type Try = (server: TestServer, n: number, headers: Record<string, string>) => Promise<number>;

/** What is counted per address, with how many are free; `n` is new each time. */
const counters: Record<string, { free: number; attempt: Try }> = {
  logins: {
    free: 10,
    attempt(s, n, headers) {
      const login = `nobody-${Math.floor(n / 11)}`;
      return post(s, '/v2/sessions', { login, password: 'a-wrong-guess' }, headers);
    },
  },
  'logins at an older contract': {
    free: 100,
    attempt: (s, n, headers) =>
      post(s, '/login', { username: `nobody-${n}`, password: 'a-wrong-guess' }, headers),
  },
  mails: {
    free: 30,
    attempt: (s, n, headers) =>
      post(s, '/v2/password-recoveries', { email: `user-${n}@example.com` }, headers),
  },
  devices: {
    free: 300,
    attempt: (s, _n, headers) =>
      post(s, '/v1/devices', { device_id: 'phone', device_type: 'android' }, headers),
  },
  'sign-ups': {
    free: 30,
    attempt: (s, _n, headers) => post(s, '/v2/accounts', { username: 'x' }, headers),
  },
  uploads: {
    free: 60,
    attempt: (s, _n, headers) => post(s, '/v2/media', {}, headers),
  },
  texts: {
    free: 20,
    async attempt(s, n, headers) {
      const authorization = `Bearer ${await tokenOf(s, `user-${Math.floor(n / 4)}`)}`;
      const phone = `+5989876${String(n).padStart(4, '0')}`;
      return post(s, '/v2/me/phone', { phone }, { ...headers, authorization });
    },
  },
};

async function post(
  server: TestServer,
  path: string,
  body: object,
  headers: Record<string, string>,
): Promise<number> {
  return (await server.send('POST', path, { body, headers })).status;
}

const sessions = new Map<string, string>();

async function tokenOf({ app }: TestServer, username: string): Promise<string> {
  const known = sessions.get(username);
  if (known) return known;
  const { accounts, sessions: service } = app.services;
  const password = 'a-long-walk-home';
  await accounts.create({
    username,
    password,
    email: null,
    displayName: null,
    idempotencyKey: null,
  });
  const { accessToken } = await service.logIn({
    login: username,
    password,
    idempotencyKey: null,
    audience: 'v2',
    device: { name: '', address: '198.51.100.1' },
  });
  sessions.set(username, accessToken);
  return accessToken;
}

const environment = {
  RATE_LIMITS: 'on',
  TRUSTED_PROXIES: '127.0.0.1,10.9.0.0/16',
  SMS_MAX_PER_COUNTRY_AND_DAY: '100000',
};

describe.each(Object.entries(counters))('the counter of %s', (_name, { free, attempt }) => {
  let server: TestServer;
  let n = 0;

  beforeAll(async () => {
    sessions.clear();
    const http = { requestsPerMinute: 1_000_000 };
    server = await testServer({ contracts: 'all', environment, http });
  });

  afterAll(() => server.close());

  it.each(Object.entries(forms))('knows a client by its address: %s', async (_form, spell) => {
    const statuses: number[] = [];
    for (let i = 0; i <= free; i += 1) {
      statuses.push(await attempt(server, n, { 'x-forwarded-for': spell(i) }));
      n += 1;
    }

    expect(statuses.slice(0, -1)).not.toContain(429);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('the counter of requests', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ environment, http: { requestsPerMinute: 3 } });
  });

  afterAll(() => server.close());

  it.each(Object.entries(forms))('knows a client by its address: %s', async (_form, spell) => {
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const headers = { 'x-forwarded-for': spell(i) };
      statuses.push((await server.send('GET', '/v2/explore', { headers })).status);
    }

    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('an address that is shown', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ environment });
    await server.tokens('alice');
  });

  afterAll(() => server.close());

  it.each([
    ['203.0.113.8:4711', '203.0.113.8'],
    ['[2001:DB8:1:2:3::4]:4711', '2001:db8:1:2:3::4'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['fe80::1%eth0', 'fe80::1'],
    ['not-an-address', '127.0.0.1'],
    ['not-an-address, 10.9.0.1', '10.9.0.1'],
  ])('is whole and without what else the proxy said: %s', async (forwarded, shown) => {
    const headers = { 'x-forwarded-for': forwarded };
    await server.send('POST', '/v2/sessions', {
      body: { login: 'alice', password: 'alice-likes-dunes' },
      headers,
    });
    const listed = await server.send('GET', '/v2/sessions', { as: 'alice' });
    const { id } = await server.app.services.accountAdmin.find(operator, 'alice');
    const noted = await server.app.database
      .selectFrom('audit_log')
      .select('address')
      .where('account_id', '=', id)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    const logged = server.logged
      .map((line) => JSON.parse(line))
      .findLast(({ method }) => method === 'POST');

    expect(listed.body.items.map((s: { address: string }) => s.address)).toContain(shown);
    expect(noted.address).toBe(shown);
    expect(logged.address).toBe(shown);
  });
});
