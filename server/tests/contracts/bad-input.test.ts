import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contracts } from '../../src/contracts/index.ts';
import { aStaffMember } from '../support/given.ts';
import { passwords, type TestServer, testServer } from '../support/server.ts';

type Route = { method: string; path: string };

const older = contracts.filter(({ name }) => name !== 'v2');
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const oddTexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('\0', '\ud800', "' or '1'='1", '../../etc/passwd', '%00', '1e9', '-1', ''),
  fc.string({ minLength: 400, maxLength: 2000 }),
);

const oddValues = fc.oneof(
  oddTexts,
  fc.double(),
  fc.constantFrom(null, true, [], {}, [1], { a: { b: {} } }, 2 ** 53, -0, 99999999999),
);

/** Names that some route reads, so that odd values get behind the first check. */
const names = [
  'username',
  'password',
  'name',
  'email',
  'profile',
  'data',
  'tweet',
  'follow',
  'unfollow',
  'like',
  'unlike',
  'caption',
  'tweet_id',
  'token',
  'old_password',
  'new_password',
  'fb_access_token',
  'credential',
  'password_confirm',
  'login_by',
  'accounts',
  'user_type',
  'played_games',
  'favorites',
  'cellphone_number',
  'cellphone_cc',
  'validation_code',
  'device_id',
  'device_type',
  'pn_token',
  '__proto__',
];

const bodies = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), oddValues),
  oddValues,
  fc.constantFrom('{', '[1,', '{"a":1,}', 'nul', '"', '\ufeff{}').map((text) => ({ raw: text })),
);

const types = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'nonsense',
);

describe.each(older)('$name, whatever is sent,', ({ name, mount, errorType }) => {
  let server: TestServer;
  let routes: Route[];
  let tokens: string[];

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    routes = server.http.routes().filter(({ contract }) => contract === name);
    tokens = await tokensOf(server);
  });

  afterAll(() => server.close());

  it('answers with a status of the client or of success, in its own shape', async () => {
    const requests = fc.record({
      route: fc.nat().map((n) => routes[n % routes.length] as Route),
      isOwnMethod: fc.boolean(),
      method: fc.constantFrom(...methods),
      part: oddTexts,
      query: fc.dictionary(
        fc.constantFrom('page', 'per_page', 'limit', 'order', 'user', 'username'),
        oddTexts,
      ),
      token: fc.oneof(
        fc.nat().map((n) => tokens[n % tokens.length]),
        oddTexts.map((text) => text.replace(/[^\x20-\x7e]/gu, '?')),
        fc.constant(undefined),
      ),
      type: types,
      body: bodies,
    });

    await fc.assert(
      fc.asyncProperty(requests, async (made) => {
        const path = made.route.path.replace(/:\w+/g, encodeURIComponent(wellFormed(made.part)));
        const query = new URLSearchParams(made.query).toString();
        const method = made.isOwnMethod ? made.route.method : made.method;
        const { status, headers } = await server.send(
          method as 'GET',
          `${path}${query === '' ? '' : `?${query}`}`,
          {
            headers: {
              ...(made.token === undefined ? {} : { authorization: made.token }),
              ...(method === 'GET' ? {} : { 'content-type': made.type }),
            },
            body: method === 'GET' ? undefined : textOf(made.body),
          },
        );

        expect(status).toBeLessThan(500);
        expect(path.startsWith(mount)).toBe(true);
        if (status >= 400 && method !== 'HEAD') expect(headers['content-type']).toBe(errorType);
      }),
      { numRuns: 400 },
    );
  });
});

/** A good token of every contract that has its own. */
async function tokensOf(server: TestServer): Promise<string[]> {
  await aStaffMember(server, 'alice', 'admin');
  const { accessToken } = await server.tokens('alice');
  const login = { email: 'alice@example.com', password: passwords.alice };
  const { body } = await server.send('POST', '/login', { body: login });
  const signUp = { username: 'bob', password: '12345' };
  await server.send('POST', '/api/user/register', { body: signUp });
  const mithril = await server.send('POST', '/api/user/login', { body: signUp });
  const carla = { username: 'carla', password: 'sand', name: 'Carla' };
  const hmlet = (await server.send('POST', '/register', { body: carla })).body;
  const base = (await server.send('POST', '/v1/auth/login', { body: login })).body;
  const alice = { username: 'alice', password: passwords.alice };
  const flask = (await server.send('POST', '/api/auth/login', { body: alice })).body.results;
  return [
    accessToken,
    `Bearer ${accessToken}`,
    body.access_token,
    mithril.body.data.token,
    `Bearer ${hmlet.access_token}`,
    `Bearer ${hmlet.refresh_token}`,
    `Bearer ${base.auth_token}`,
    `Bearer ${flask.access_token}`,
    `Bearer ${flask.refresh_token}`,
  ];
}

/** A body as it is sent; one under `raw` need not be JSON. */
function textOf(body: unknown): string {
  const isRaw = typeof body === 'object' && body !== null && 'raw' in body;
  if (isRaw && typeof body.raw === 'string') return body.raw;
  return JSON.stringify(body) ?? '';
}

function wellFormed(text: string): string {
  return text.toWellFormed() || 'x';
}
