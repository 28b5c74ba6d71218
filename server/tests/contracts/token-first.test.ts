import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../support/server.ts';

type Method = 'POST' | 'PUT' | 'DELETE';

/** Routes that need no token. */
const open: Record<string, string[]> = {
  mithril: ['POST /api/user/register', 'POST /api/user/login'],
  hmlet: ['POST /register', 'POST /login'],
  'flask-api': ['POST /api/auth/login', 'POST /api/user'],
  'base-api': [
    'POST /v1/auth/register',
    'POST /v1/auth/login',
    'POST /v1/auth/password_recovery',
    'PUT /v1/auth/password',
    'POST /v1/auth/facebook/login',
    'POST /v1/auth/google/login',
    'POST /v1/devices',
  ],
  'mini-sns': ['POST /sign-up', 'POST /login'],
};

/** What each says to a request without a token. */
const refusals: Record<string, [status: number, body: unknown]> = {
  mithril: [403, { code: 7, message: 'NO AUTH TOKEN IN HEADER', data: {} }],
  hmlet: [401, { msg: 'Missing Authorization Header' }],
  'flask-api': [
    401,
    { status: false, response: false, message: 'Please Provide a valid auth token.' },
  ],
  'base-api': [401, { message: 'Not authorized.', status: 'error' }],
  'mini-sns': [401, ''],
};

const json = 'application/json';
const form = 'multipart/form-data; boundary=b';
const bodies: Array<[name: string, type: string, body: string | Buffer]> = [
  ['broken JSON', json, '{"caption":'],
  ['a list', json, '[]'],
  ['a body that is too large', json, JSON.stringify({ caption: 'x'.repeat(300 * 1024) })],
  ['a form that ends too early', form, '--b\r\ncontent-disposition: form-data; na'],
  ['a form without a boundary', 'multipart/form-data', 'x'],
  ['another content type', 'application/xml', '<x/>'],
  ['broken UTF-8', json, Buffer.from([0x22, 0xff, 0x22])],
];

describe('a token is judged before the body', () => {
  let server: TestServer;
  let routes: Array<{ contract: string; method: string; path: string }>;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    routes = server.http
      .routes()
      .filter(
        ({ contract, method }) => contract !== 'v2' && ['POST', 'PUT', 'DELETE'].includes(method),
      )
      .map(({ contract, method, path }) => ({ contract, method, path }));
  });

  afterAll(() => server.close());

  it.each(Object.keys(refusals))('by every route of %s but those that need none', async (name) => {
    const mount = `/compat/${name}`;
    const own = routes.filter(({ contract }) => contract === name);
    const shown: Array<[string, string, number, unknown]> = [];
    const openRoutes: string[] = [];
    for (const { method, path } of own) {
      const route = `${method} ${path.slice(mount.length)}`;
      if (open[name]?.includes(route)) {
        openRoutes.push(route);
        continue;
      }
      const url = path.replace(/:\w+/g, '1');
      for (const [what, type, body] of bodies) {
        const headers = { 'content-type': type };
        const answer = await server.send(method as Method, url, { headers, body });
        shown.push([route, what, answer.status, answer.body]);
      }
    }

    const refused = shown.map(([route, what]) => [route, what, ...refusalOf(name, route)]);
    expect(shown.length).toBeGreaterThanOrEqual(bodies.length);
    expect(shown).toEqual(refused);
    expect(openRoutes.sort()).toEqual(open[name]?.toSorted());
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
});

function refusalOf(name: string, route: string): [number, unknown] {
  return refusals[name] ?? [0, route];
}
