import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type TestServer, testServer } from '../support/server.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof methods)[number];

const origin = 'https://app.example';

/** Whose answer it is at the root: by method, `else` for all others, and of a question by what it asks about. */
type Owners = Partial<Record<Method, string>> & { else: string; asked?: string };

const addresses: Record<string, Owners> = {
  '/login': { else: 'hmlet', OPTIONS: 'mini-sns', asked: 'mini-sns' },
  '/register': { else: 'hmlet' },
  '/sign-up': { else: 'mini-sns' },
  '/timeline': { else: 'mini-sns' },
  '/api/user/login': { else: 'flask-api', POST: 'mithril' },
  '/api/user/register': { else: 'flask-api', POST: 'mithril' },
  '/api/user': { else: 'flask-api' },
  '/api/user/alice': { else: 'flask-api' },
  '/api/auth/login': { else: 'flask-api' },
  '/api/picture': { else: 'mithril' },
  '/api/nothing': { else: 'flask-api' },
  '/v1/auth/login': { else: 'base-api' },
};

/** What differs between the root and the mount: the client's own path, in words. */
function shown({ status, headers, body }: Answer) {
  const told = Object.entries(headers).filter(([name]) =>
    /^(access-control-|allow$|content-type$|vary$)/.test(name),
  );
  const text = JSON.stringify(body).replace(/\/compat\/[a-z-]+/g, '');
  return { status, headers: Object.fromEntries(told), text };
}

describe('an address that several contracts have', () => {
  let server: TestServer;

  beforeAll(async () => {
    const environment = { CORS_ORIGINS: origin };
    server = await testServer({ contracts: 'all', environment });
  });

  afterAll(() => server.close());

  const plain = Object.entries(addresses).flatMap(([path, owners]) =>
    methods
      .filter((method) => path !== '/login' || method !== 'POST')
      .map((method) => [method, path, owners[method] ?? owners.else] as const),
  );

  it.each(plain)('%s %s is answered as below the mount of %s', async (method, path, owner) => {
    const headers = { origin };
    const atRoot = await server.send(method, path, { headers });
    const below = await server.send(method, `/compat/${owner}${path}`, { headers });

    expect(shown(atRoot)).toEqual(shown(below));
  });

  const asked = Object.entries(addresses).flatMap(([path, owners]) =>
    methods.map((m) => [m, path, owners.asked ?? owners[m] ?? owners.else] as const),
  );

  it.each(asked)('whether a page may send %s %s is answered by %s', async (method, path, owner) => {
    const headers = { origin, 'access-control-request-method': method };
    const atRoot = await server.send('OPTIONS', path, { headers });
    const below = await server.send('OPTIONS', `/compat/${owner}${path}`, { headers });

    expect(shown(atRoot)).toEqual(shown(below));
    expect(atRoot.status).toBe(204);
  });

  it('a page of any origin signs in to mini-sns at the root', async () => {
    const body = { email: 'alice@example.com', name: 'alice', password: 'secret', profile: '' };
    await server.send('POST', '/sign-up', { body });
    const headers = { origin: 'https://anywhere.example' };
    const asking = {
      ...headers,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,authorization',
    };

    const may = await server.send('OPTIONS', '/login', { headers: asking });
    const answer = await server.send('POST', '/login', { headers, body });

    expect(may.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': 'content-type,authorization',
    });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, '*']);
    expect(answer.body.access_token).toMatch(/^ey/);
  });
});

describe('where one of the two contracts is served', () => {
  it.each(['hmlet', 'mini-sns'])('%s answers every method of /login', async (name) => {
    const config = { contracts: ['v2', name] };
    const server = await testServer({ contracts: 'all', config });
    for (const method of methods) {
      const headers = { origin, 'access-control-request-method': 'POST' };
      const atRoot = await server.send(method, '/login', { headers });
      const below = await server.send(method, `/compat/${name}/login`, { headers });

      expect(shown(atRoot)).toEqual(shown(below));
    }
    await server.close();
  });
});
