import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStaffMember } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Route = { contract: string; method: Method; path: string };

/** Routes that need no token. Any other route, and so each new one, must check the token before it reads the body. */
const open: Record<string, string[]> = {
  v2: [
    'POST /accounts',
    'POST /email-verifications/confirm',
    'GET /explore',
    'GET /identity-providers',
    'POST /identity-providers/:name/authorizations',
    'POST /identity-providers/:name/authorizations/confirm',
    'POST /identity-providers/:name/sign-in',
    'GET /media/:key/:size',
    'POST /password-recoveries',
    'POST /password-recoveries/confirm',
    'GET /posts/:id',
    'GET /posts/:id/likes',
    'GET /posts/:id/replies',
    'GET /posts/:id/thread',
    'GET /search',
    'GET /push-key',
    'POST /sessions',
    'POST /sessions/passkey',
    'POST /sessions/passkey/options',
    'POST /sessions/refresh',
    'POST /sessions/second-factor',
    'POST /sessions/second-factor/options',
    'GET /users/:username',
    'GET /users/:username/followers',
    'GET /users/:username/following',
    'GET /users/:username/posts',
  ],
  mithril: ['POST /api/user/register', 'POST /api/user/login'],
  hmlet: ['GET /', 'GET /hello', 'POST /register', 'POST /login'],
  'flask-api': [
    'GET /',
    'GET /api/',
    'GET /api/swagger.json',
    'POST /api/auth/login',
    'POST /api/user',
  ],
  'base-api': [
    'GET /v1/ping',
    'POST /v1/auth/register',
    'POST /v1/auth/login',
    'POST /v1/auth/password_recovery',
    'PUT /v1/auth/password',
    'POST /v1/auth/facebook/login',
    'POST /v1/auth/google/login',
    'GET /v1/email_verification/:token',
    'POST /v1/devices',
  ],
  'mini-sns': [
    'GET /ping',
    'POST /sign-up',
    'POST /login',
    'GET /profile-picture/:location/:userId',
  ],
};

/** What each answers to a request without a token; by route where an older server had other words. */
const refusals: Record<string, [status: number, body: unknown]> = {
  v2: [
    401,
    {
      type: 'urn:rookery:problem:no_token',
      title: 'Unauthorized',
      status: 401,
      code: 'no_token',
      detail: 'An access token is required.',
      requestId: expect.any(String),
    },
  ],
  mithril: [403, { code: 7, message: 'NO AUTH TOKEN IN HEADER', data: {} }],
  hmlet: [401, { msg: 'Missing Authorization Header' }],
  'flask-api': [
    401,
    { status: false, response: false, message: 'Please Provide a valid auth token.' },
  ],
  'flask-api GET /api/refresh': [
    401,
    { status: false, response: false, message: 'Missing Authorization Header' },
  ],
  'flask-api GET /api/auth/refresh': [
    401,
    { status: false, response: false, message: 'Missing Authorization Header' },
  ],
  'base-api': [401, { message: 'Not authorized.', status: 'error' }],
  'mini-sns': [401, ''],
};

const json = 'application/json';
const form = 'multipart/form-data; boundary=b';
const bodies: Array<[name: string, headers: Record<string, string>, body: string | Buffer]> = [
  ['broken JSON', { 'content-type': json }, '{"caption":'],
  ['a list', { 'content-type': json }, '[]'],
  [
    'a body that is too large',
    { 'content-type': json },
    JSON.stringify({ caption: 'x'.repeat(300 * 1024) }),
  ],
  [
    'a form that ends too early',
    { 'content-type': form },
    '--b\r\ncontent-disposition: form-data; na',
  ],
  ['a form without a boundary', { 'content-type': 'multipart/form-data' }, 'x'],
  ['another content type', { 'content-type': 'application/xml' }, '<x/>'],
  ['broken UTF-8', { 'content-type': json }, Buffer.from([0x22, 0xff, 0x22])],
  ['an encoded body', { 'content-type': json, 'content-encoding': 'gzip' }, '{}'],
];

const largeBytes = 24 * 1024 * 1024;

describe('a token is checked before the body', () => {
  let server: TestServer;
  let routes: Route[];
  let port: number;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    routes = server.http
      .routes()
      .filter(({ method }) => method !== 'HEAD')
      .map(({ contract, method, path }) => ({ contract, method: method as Method, path }));
    port = Number(new URL(await server.listen()).port);
  });

  afterAll(() => server.close());

  it.each(Object.keys(open))('by every route of %s but those that need none', async (name) => {
    const seen: unknown[] = [];
    for (const route of closedRoutes(name)) {
      for (const [what, headers, body] of route.method === 'GET' ? [] : bodies) {
        const { status, ...answer } = await server.send(route.method, urlOf(route), {
          headers,
          body,
        });
        seen.push([nameOf(route), what, status, answer.body]);
      }
      const wrong = `${urlOf(route)}?limit=0&cursor=-&page=x`;
      const { status, ...answer } = await server.send(route.method, wrong);
      seen.push([nameOf(route), 'a wrong query', status, answer.body]);
    }

    const whats = (method: Method) => [
      ...(method === 'GET' ? [] : bodies.map(([what]) => what)),
      'a wrong query',
    ];
    const expected = closedRoutes(name).flatMap((route) =>
      whats(route.method).map((what) => [nameOf(route), what, ...refusalOf(route)]),
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(expected);
  });

  it.each(Object.keys(open))('by %s, where these routes alone need none', async (name) => {
    const names = routesOf(name).map(nameOf);
    const unknown = open[name]?.filter((route) => !names.includes(route));

    expect(unknown).toEqual([]);
  });

  it.each(Object.keys(open))('by %s, which waits for none of a large body', async (name) => {
    const withBodies = routesOf(name).filter(({ method }) => method !== 'GET');
    const seen = await Promise.all(
      withBodies.map(async (route) => [nameOf(route), await statusOfAnnounced(route)]),
    );

    const expected = withBodies.map((route) => [
      nameOf(route),
      open[name]?.includes(nameOf(route)) ? 413 : refusalOf(route)[0],
    ]);
    expect(seen).toEqual(expected);
  });

  it('and a bad one, too, while a good one lets the body be read', async () => {
    const path = '/compat/base-api/v1/cellphone';
    const sent = { body: '{', headers: { authorization: 'Bearer x' } };
    const refused = await server.send('POST', path, sent);
    const alice = { username: 'alice', email: 'alice@example.com', password: 'secret' };
    const { body } = await server.send('POST', '/v1/auth/register', { body: alice });
    const headers = { authorization: `Bearer ${body.auth_token}` };
    const read = await server.send('POST', path, { body: '{', headers });

    expect([refused.status, refused.body.message]).toEqual([
      401,
      'Invalid token. Please log in again.',
    ]);
    expect([read.status, read.body.message]).toEqual([400, 'Invalid payload.']);
  });

  it('and the role of its owner, where one is needed', async () => {
    const { body: tokens } = await server.send('POST', '/v1/auth/login', {
      body: { email: 'alice@example.com', password: 'secret' },
    });
    const headers = { authorization: `Bearer ${tokens.auth_token}` };
    const { status, body } = await server.send('POST', '/v1/users', { body: '{', headers });

    expect([status, body.message]).toEqual([403, 'Forbidden.']);
  });

  it('and in /v2 the role of its owner by every route for moderators or admins', async () => {
    await aStaffMember(server, 'carla', 'moderator');
    const moderator = `Bearer ${(await server.tokens('carla')).accessToken}`;
    const user = `Bearer ${(await server.tokens('bob')).accessToken}`;
    const staff = routesOf('v2').filter(({ path }) => /\/(admin|invites)(\/|$)/.test(path));
    const forModerators = [
      'GET /admin/accounts',
      'GET /admin/accounts/:id',
      'PATCH /admin/accounts/:id',
      'DELETE /admin/posts/:id',
      'DELETE /admin/media/:id',
      'GET /admin/reports',
      'GET /admin/reports/:id',
      'POST /admin/reports/:id/resolve',
      'POST /admin/reports/:id/reopen',
      'GET /invites',
      'POST /invites',
      'DELETE /invites/:id',
    ];
    const forAdmins = staff.filter((route) => !forModerators.includes(nameOf(route)));

    for (const [authorization, those] of [
      [user, staff],
      [moderator, forAdmins],
    ] as const) {
      const seen = await Promise.all(
        those.map(async (route) => [nameOf(route), await statusOfAnnounced(route, authorization)]),
      );

      expect(seen.length).toBeGreaterThan(10);
      expect(seen).toEqual(those.map((route) => [nameOf(route), 403]));
    }
  });

  function routesOf(name: string): Route[] {
    return routes.filter(({ contract }) => contract === name);
  }

  function closedRoutes(name: string): Route[] {
    return routesOf(name).filter((route) => !open[name]?.includes(nameOf(route)));
  }

  /** Announces a body of 24 MB and sends none of it: whatever comes back came before it was read. */
  async function statusOfAnnounced(route: Route, authorization?: string): Promise<number> {
    const socket = connect(port, '127.0.0.1');
    const token = authorization === undefined ? '' : `Authorization: ${authorization}\r\n`;
    socket.write(
      `${route.method} ${urlOf(route)} HTTP/1.1\r\nHost: a\r\n${token}Content-Type: ${json}\r\nContent-Length: ${largeBytes}\r\n\r\n`,
    );
    const [answer] = await once(socket, 'data');
    socket.destroy();
    return Number(/^HTTP\/1.1 (\d+)/.exec(String(answer))?.[1]);
  }
});

/** `POST /api/picture`, without the mount of its contract. */
function nameOf({ contract, method, path }: Route): string {
  const mount = contract === 'v2' ? '/v2' : `/compat/${contract}`;
  return `${method} ${path.slice(mount.length) || '/'}`;
}

/** In `/v2`, one whose parameters are wrong, too. Older servers answered 404 to those, whoever asked. */
function urlOf({ contract, path }: Route): string {
  return path.replace(/:\w+/g, contract === 'v2' ? '-' : '1');
}

function refusalOf(route: Route): [number, unknown] {
  const refusal = refusals[`${route.contract} ${nameOf(route)}`] ?? refusals[route.contract];
  return refusal ?? [0, 'no refusal is known'];
}
