import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemIn, type TestServer, testServer } from '../../../support/server.ts';

describe('answers', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ environment: { CORS_ORIGINS: 'https://app.example.com' } });
    await server.tokens('alice');
  });

  afterAll(() => server.close());

  it.each([
    '/v2/me',
    '/v2/sessions',
    '/v2/drafts',
    '/v2/timeline',
    '/v2/users/alice',
    '/v2/explore',
  ])('S40: are kept by no cache: %s', async (path) => {
    const answer = await server.send('GET', path, { as: 'alice' });

    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('private, no-store');
  });

  it('S40: with tokens are kept by no cache', async () => {
    const account = { username: 'bob', password: 'a-long-walk-home' };
    const made = await server.send('POST', '/v2/accounts', { body: account });
    const login = { login: 'bob', password: account.password };
    const opened = await server.send('POST', '/v2/sessions', { body: login });
    const { refreshToken } = opened.body;
    const refreshed = await server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });
    const refused = await server.send('GET', '/v2/me');

    const answers = [made, opened, refreshed, refused];
    expect(answers.map((a) => a.status)).toEqual([201, 201, 200, 401]);
    expect(new Set(answers.map((a) => a.headers['cache-control']))).toEqual(
      new Set(['private, no-store']),
    );
  });

  it('S74: to what goes wrong are problems whose status is that of the answer', async () => {
    const answers = await Promise.all([
      server.send('GET', '/v2/posts/abc'),
      server.send('GET', '/v2/me'),
      server.send('GET', '/v2/posts/99'),
      server.send('PUT', '/v2/accounts'),
      server.send('POST', '/v2/posts', { as: 'alice', body: '{' }),
    ]);

    expect(answers.map((a) => a.status)).toEqual([422, 401, 404, 405, 400]);
    expect(answers.map((a) => a.body.status)).toEqual([422, 401, 404, 405, 400]);
    expect(answers.map((a) => Object.keys(a.body).slice(0, 5).join())).toEqual(
      Array(5).fill('type,title,status,code,detail'),
    );
    expect(JSON.stringify(answers.map((a) => a.body))).not.toMatch(
      /node_modules|\.ts:|SQLITE|FST_/,
    );
  });

  it('S75: to what nobody foresaw tell nothing of it', async () => {
    const broken = await testServer();
    await broken.tokens('alice');
    await dropTable(broken, 'likes');
    await broken.send('POST', '/v2/posts', { as: 'alice', body: { text: 'a' } });
    const answer = await broken.send('PUT', '/v2/posts/1/like', { as: 'alice' });
    await broken.close();

    expect(problemIn(answer)).toEqual({
      type: 'urn:rookery:problem:internal',
      title: 'Internal Server Error',
      status: 500,
      code: 'internal',
      detail: 'Something went wrong on the server. It was noted.',
    });
    expect(broken.logged.join('')).toMatch(/no such table|does not exist|doesn't exist/);
  });

  it.each(['/v2/explore', '/v2/me', '/openapi.json', '/livez', '/nothing'])(
    'S76: are taken for nothing but what they say they are, and framed by nobody: %s',
    async (path) => {
      const answer = await server.send('GET', path, { as: 'alice' });

      expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json/);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(answer.headers['x-powered-by']).toBeUndefined();
      expect(answer.headers['server']).toBeUndefined();
    },
  );

  it.each(['/', '/docs/'])('S77: that are pages cannot be framed: %s', async (path) => {
    const answer = await server.send('GET', path);

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('S78: are for the origins that were allowed', async () => {
    const headers = { origin: 'https://app.example.com' };
    const read = await server.send('GET', '/v2/explore', { headers });
    const preflight = await server.send('OPTIONS', '/v2/me', {
      headers: {
        ...headers,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      },
    });

    expect(read.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(read.headers['vary']).toContain('Origin');
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toContain('PATCH');
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it.each([
    'https://example.com',
    'http://app.example.com',
    'https://app.example.com.evil.example',
    'null',
  ])('S78: are not for the origin %s', async (origin) => {
    const answer = await server.send('GET', '/v2/explore', { headers: { origin } });

    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    '/metrics',
    '/debug',
    '/.env',
    '/.git/config',
    '/secret-key',
    '/data/secret-key',
    '/rookery.sqlite',
    '/package.json',
    '/docs/static/..%2f..%2fpackage.json',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/v2/media/..%2f..%2fsecret-key/small',
  ])('S89: are not to be had for %s', async (path) => {
    const answer = await server.http.server.inject({ method: 'GET', url: path });

    expect([404, 422]).toContain(answer.statusCode);
  });
});

describe('the log', () => {
  it('S88: holds no secret', async () => {
    const server = await testServer();
    const { accessToken, refreshToken } = await server.tokens('alice');
    const secrets = ['alice-likes-dunes', accessToken, refreshToken, 'a-wrong-guess', 'a-slip'];
    const wrong = { login: 'alice', password: 'a-wrong-guess' };
    await server.send('POST', '/v2/sessions', { body: wrong });
    await server.send('POST', '/v2/sessions', { body: { ...wrong, extra: 1 } });
    await server.send('POST', '/v2/sessions', { body: '{"password":"a-wrong-guess"' });
    await server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });
    await server.send('GET', '/v2/me?password=a-slip', { as: 'alice' });
    await dropTable(server, 'sessions');
    await server.send('GET', '/v2/me', { as: 'alice' });
    await server.send('POST', '/v2/sessions', { body: wrong });
    await server.close();

    const log = server.logged.join('');
    expect(log).toMatch(/no such table|does not exist|doesn't exist/);
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
});

/** Breaks the server in a way that nobody foresaw. */
async function dropTable(server: TestServer, name: string): Promise<void> {
  await server.app.database.executeQuery(CompiledQuery.raw(`drop table ${name}`));
}

describe('an app in a shell', () => {
  it.each([
    'capacitor://localhost',
    'tauri://localhost',
    'ionic://localhost',
    'exp://127.0.0.1:8081',
  ])('may call from %s, where the operator says so', async (origin) => {
    const server = await testServer({ environment: { CORS_ORIGINS: origin } });
    const headers = { origin, 'access-control-request-method': 'POST' };

    const read = await server.send('GET', '/v2/explore', { headers: { origin } });
    const asked = await server.send('OPTIONS', '/v2/sessions', { headers });
    const other = await server.send('GET', '/v2/explore', {
      headers: { origin: `${origin}.evil` },
    });
    await server.close();

    expect(read.headers['access-control-allow-origin']).toBe(origin);
    expect(asked.headers['access-control-allow-origin']).toBe(origin);
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  });
});
