import { afterEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../support/server.ts';

const live = {
  ROOKERY_ENV: 'production',
  PUBLIC_URL: 'https://photos.example.com',
  RATE_LIMITS: 'on',
};

describe('a web page of another origin', () => {
  let server: TestServer;

  afterEach(() => server.close());

  const allowed = async (origin: string, path = '/v2/explore') => {
    const { headers } = await server.send('GET', path, { headers: { origin } });
    return headers['access-control-allow-origin'];
  };
  const told = () => server.logged.filter((line) => line.includes('CORS_ORIGINS'));

  it.each([
    'http://localhost:5173',
    'http://127.0.0.1:8080',
    'http://[::1]:3001',
    'https://app.localhost',
  ])('may call from %s during development', async (origin) => {
    server = await testServer();
    const preflight = await server.send('OPTIONS', '/v2/posts', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });

    expect(await allowed(origin)).toBe(origin);
    expect(preflight.headers['access-control-allow-origin']).toBe(origin);
    expect(told()).toEqual([]);
  });

  it.each([
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost:5173/',
    'http://example.com#localhost',
    'null',
  ])('may not from %s', async (origin) => {
    server = await testServer();

    expect(await allowed(origin)).toBeUndefined();
  });

  it('may not from this machine where people rely on the server', async () => {
    server = await testServer({ environment: live });

    expect(await allowed('http://localhost:5173')).toBeUndefined();
  });

  it('is named in the log once, with the setting that would let it in', async () => {
    const environment = { ...live, CORS_ORIGINS: 'https://app.example.com' };
    server = await testServer({ environment });
    for (const origin of ['https://one.example', 'https://one.example', 'https://two.example']) {
      await allowed(origin);
    }
    await allowed('https://app.example.com');
    await server.send('GET', '/v2/explore', {
      headers: { origin: 'https://photos.example.com', host: 'photos.example.com' },
    });

    expect(told()).toEqual([
      expect.stringContaining('origin https://one.example is not in CORS_ORIGINS'),
      expect.stringContaining('origin https://two.example is not in CORS_ORIGINS'),
    ]);
  });
});
