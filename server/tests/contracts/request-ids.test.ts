import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentCause } from '../../src/db/cause.ts';
import { emit } from '../../src/domain/events.ts';
import { jobsOf, outboxOf } from '../jobs/jobs.ts';
import { type Answer, type TestServer, testServer } from '../support/server.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the id of a request', () => {
  let server: TestServer;

  beforeAll(async () => {
    const environment = { CORS_ORIGINS: 'https://app.example.com' };
    server = await testServer({ contracts: 'all', logLevel: 'debug', environment });
    await server.tokens('alice');
  });

  afterAll(() => server.close());

  const idOf = (headers: Record<string, string>) => headers['x-request-id'];

  const lines = () =>
    server.logged
      .splice(0)
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

  it('is in every response of every route, signed in or not, and no two are the same', async () => {
    const ids: Array<string | undefined> = [];
    for (const { method, path } of server.http.routes()) {
      const known = method === 'GET' || method === 'POST' || method === 'DELETE' ? method : 'PUT';
      ids.push(idOf((await server.send(known, path)).headers));
    }

    expect(ids.length).toBeGreaterThan(150);
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[\w-]{14}$/)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ['a page', 'GET', '/', {}],
    ['nothing at all', 'GET', '/nothing', {}],
    ['nothing of a contract', 'GET', '/v2/nothing', {}],
    ['an address that cannot be read', 'GET', '/v2/%zz', {}],
    ['a method that is refused', 'PATCH', '/v2/me/avatar', {}],
    [
      'a token that is missing, before a large body',
      'POST',
      '/v2/posts',
      { body: 'x'.repeat(3e5) },
    ],
    ['a body that is too large', 'POST', '/v2/posts', { as: 'alice', body: 'x'.repeat(3e5) }],
    ['a body that is broken', 'POST', '/v2/sessions', { body: '{' }],
    ['a preflight', 'OPTIONS', '/v2/me', {}],
    ['an address of an older server', 'GET', '/api/nothing', {}],
    ['a login at the root', 'POST', '/login', { body: {} }],
  ] as const)('comes back from %s', async (_what, method, path, sent) => {
    const headers = { 'x-request-id': 'from-the-proxy_1' };
    const answer = await server.send(method, path, { ...sent, headers });

    expect(idOf(answer.headers)).toBe('from-the-proxy_1');
  });

  it.each([
    [
      'a UUID',
      { 'x-request-id': '6f1c9d1e-8a53-4f0c-9c86-5f0b4f2e0a11' },
      '6f1c9d1e-8a53-4f0c-9c86-5f0b4f2e0a11',
    ],
    ['a trace', { traceparent: `00-${trace}-00f067aa0ba902b7-01` }, trace],
    ['both', { 'x-request-id': 'a', traceparent: `00-${trace}-00f067aa0ba902b7-01` }, 'a'],
  ])('is taken from %s', async (_what, headers: Record<string, string>, id) => {
    expect(idOf((await server.send('GET', '/v2/me', { headers })).headers)).toBe(id);
  });

  it.each([
    ['empty', { 'x-request-id': '' }],
    ['too long', { 'x-request-id': 'x'.repeat(65) }],
    ['markup', { 'x-request-id': '<b>' }],
    ['with a tab', { 'x-request-id': 'a\tb' }],
    ['two at once', { 'x-request-id': 'a, b' }],
    ['like a refresh token', { 'x-request-id': `7.${trace}` }],
    ['no trace', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
    ['no parent', { traceparent: `00-${trace}-0000000000000000-01` }],
    ['an unknown form', { traceparent: `ff-${trace}-00f067aa0ba902b7-01` }],
  ])('is a new one instead of one that is %s', async (_what, headers) => {
    const { headers: answered } = await server.send('GET', '/livez', { headers });

    expect(idOf(answered)).toMatch(/^[\w-]{14}$/);
  });

  it('is in the problems of `/v2`, and web pages may read it', async () => {
    const headers = { 'x-request-id': 'mine', origin: 'https://app.example.com' };
    const answer = await server.send('GET', '/v2/me', { headers });

    expect(answer.body).toMatchObject({ status: 401, requestId: 'mine' });
    expect(answer.headers['access-control-expose-headers']).toContain('X-Request-Id');
  });

  it('is in the one line of a request, in full, with where it went and whose it was', async () => {
    const headers = { 'x-request-id': '0af7651916cd43dd8448eb211c80319c' };
    await server.send('GET', '/v2/users/alice', { as: 'alice', headers });
    const { accountId } = await server.app.database
      .selectFrom('accounts')
      .select('id as accountId')
      .executeTakeFirstOrThrow();

    expect(lines().filter(({ requestId }) => requestId === headers['x-request-id'])).toMatchObject([
      { msg: 'answered', contract: 'v2', route: '/v2/users/:username', status: 200, accountId },
    ]);
  });

  it('is in each line that the request logs, also after its body was read', async () => {
    lines();
    const headers = { 'x-request-id': 'one' };
    await server.send('POST', '/v2/sessions', { body: { login: 'alice' }, headers });

    expect(lines().map(({ requestId }) => requestId)).toEqual(['one', 'one']);
  });

  function publish(requestId: string): Promise<Answer> {
    const body = { text: 'Hello, @bob.', state: 'published' };
    const headers = { 'x-request-id': requestId };
    return server.send('POST', '/v2/posts', { as: 'alice', body, headers });
  }

  it('goes with the event to its jobs, and to the jobs of those', async () => {
    const seen: Array<string | undefined> = [];
    const jobs = await jobsOf(server, {
      'post.published': [
        {
          name: 'first',
          run: (_post, write) =>
            write((tx) => emit(tx, server.clock.now(), 'post.liked', { postId: 1, accountId: 1 })),
        },
      ],
      'post.liked': [
        {
          name: 'second',
          async run() {
            seen.push(currentCause()?.requestId);
            throw new Error('An example.');
          },
        },
      ],
    });
    await jobs.relay.drain();
    await publish('a-post');
    await jobs.relay.drain();
    const repeats = await outboxOf(server);
    server.clock.advance(60_000);
    await jobs.relay.drain();

    expect(seen).toEqual(['a-post', 'a-post']);
    expect(repeats).toMatchObject([{ topic: 'post.liked', request_id: 'a-post', attempts: 1 }]);
    expect(currentCause()).toBeNull();
  });

  it('is in what a job logs', async () => {
    await server.app.database.kysely.deleteFrom('outbox').execute();
    await publish('a-broken-event');
    await server.app.database.kysely.updateTable('outbox').set({ topic: 'unknown' }).execute();
    lines();
    await server.work();

    expect(lines()).toMatchObject([
      { msg: 'a job failed and will be repeated', requestId: 'a-broken-event' },
    ]);
  });
});
