import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallPicture } from '../../../support/pictures.ts';
import { type TestServer, testServer } from '../../../support/server.ts';

const names = [
  'username',
  'password',
  'email',
  'displayName',
  'bio',
  'login',
  'refreshToken',
  'text',
  'mediaIds',
  'state',
  'role',
  'id',
  '__proto__',
  'constructor',
];

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('alice', 'a-long-walk-home', 'draft', 'published', 'alice@example.com'),
  fc.constantFrom('\u0000', '\ud800', '\u202e', 'a'.repeat(6000), "' OR 1=1 --", '1.0.00'),
);

const oddNumber = fc.oneof(
  fc.constantFrom(0, -1, 1, 2, 1.5, 2 ** 31, 2 ** 53, -0, 1e308),
  fc.integer(),
  fc.double(),
);

const oddValue = fc.oneof(
  oddText,
  oddNumber,
  fc.constantFrom(null, true, false),
  fc.array(fc.oneof(oddNumber, oddText), { maxLength: 12 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .dictionary(fc.constantFrom(...names), oddValue, { maxKeys: 6 })
      .map((v) => JSON.stringify(v)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const header = fc.string({
  unit: fc.constantFrom(...Array.from(' !"%&()*+,-./0aZ~{}')),
  maxLength: 30,
});

const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'multipart/form-data',
      'multipart/form-data; boundary=x',
      '',
      'a',
    ),
    'idempotency-key': header,
    'if-none-match': header,
    range: fc.constantFrom('bytes=0-', 'bytes=9-1', 'bytes=-0', 'bytes=a', 'bytes=0-0,2-3'),
    accept: header,
    origin: fc.constantFrom('null', 'https://example.com'),
    'x-http-method-override': fc.constantFrom('DELETE', 'PUT'),
    'x-forwarded-for': header,
    'content-encoding': fc.constantFrom('gzip', 'identity'),
  },
  { requiredKeys: [] },
);

const parameter = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('alice', 'bob', '1', '2', 'current', 'small', '0'.repeat(32)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('0', '-1', '1.5', '2147483648', 'abc', '%ff', '%00', "'"),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map(encode) },
);

const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?limit=1',
    '?limit=0',
    '?limit=1&limit=2',
    '?cursor=p1',
    '?cursor=%zz',
    '?a[]=1',
    '?__proto__=1',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `?cursor=${encode(text)}`),
);

const credential = fc.oneof(
  { weight: 5, arbitrary: fc.constant('alice' as const) },
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: header },
);

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

describe('any request', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
    await server.tokens('bob');
    await server.send('POST', '/v2/posts', { as: 'alice', body: { text: 'First light.' } });
    await server.send('POST', '/v2/posts', { as: 'bob', body: { text: 'Dusk.', state: 'draft' } });
    await server.upload('alice', await smallPicture('jpeg'));
  });

  afterAll(() => server.close());

  it('is answered soon, with 2xx to 4xx, and with a problem from 400 on', async () => {
    // A stream of events is answered, and never ends.
    const ending = server.http
      .routes()
      .filter(({ contract, operation }) => contract === 'v2' && operation !== 'streamEvents');
    const routes = ending.map(({ method, path }) => ({ method, path }));
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE');
    const request = fc.record({
      route: fc.constantFrom(...routes),
      otherMethod: fc.option(method, { freq: 10 }),
      parameters: fc.array(parameter, { minLength: 3, maxLength: 3 }),
      query,
      headers,
      body,
      credential,
    });

    await fc.assert(
      fc.asyncProperty(request, async (drawn) => {
        const parameters = drawn.parameters.values();
        const path = drawn.route.path.replace(/:\w+/g, () => parameters.next().value ?? '');
        const authorization = await authorizationOf(drawn.credential);
        const answer = await server.http.server.inject({
          method: (drawn.otherMethod ?? drawn.route.method) as 'GET',
          url: path + drawn.query,
          headers: { ...drawn.headers, ...authorization },
          ...(drawn.body === undefined ? {} : { payload: drawn.body }),
        });

        const about = `${answer.statusCode} ${answer.body.slice(0, 300)}`;
        expect(answer.statusCode, about).toBeLessThan(500);
        expect(isProper(answer), about).toBe(true);
      }),
      { numRuns: 1500, timeout: 5000, endOnFailure: true },
    );
  }, 120_000);

  /** The first thing that a random request may do is to end the session or the account: then alice signs in again. */
  async function authorizationOf(credential: string | undefined) {
    if (credential === undefined) return {};
    if (credential !== 'alice') return { authorization: credential };
    const { accessToken } = await freshTokens();
    return { authorization: `Bearer ${accessToken}` };
  }

  async function freshTokens() {
    const tokens = await server.tokens('alice');
    const me = await server.send('GET', '/v2/me', { as: 'alice' });
    if (me.status === 200) return tokens;
    server.forget('alice');
    return server.tokens('alice');
  }
});

type Injected = { statusCode: number; headers: object; body: string };

function isProper({ statusCode, headers, body }: Injected): boolean {
  if (statusCode < 400) return true;
  const type = String(Object.entries(headers).find(([name]) => name === 'content-type')?.[1]);
  if (!type.startsWith('application/problem+json')) return false;
  // HEAD has no body.
  if (body === '') return true;
  const problem = JSON.parse(body);
  return problem.status === statusCode && typeof problem.code === 'string' && problem.detail !== '';
}
