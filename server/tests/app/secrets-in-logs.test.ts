import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loggedPath, maskSecrets } from '../../src/app/log-options.ts';
import { newReadableSecret } from '../../src/domain/readable-secret.ts';
import { type TestServer, testServer } from '../support/server.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const encodeAll = (text: string) => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&');

/** How clients, proxies and attackers may write a path with a secret at its end. */
const spellings: Record<string, (path: string, secret: string) => string> = {
  plainly: (path, secret) => path + secret,
  'with a trailing slash': (path, secret) => `${path}${secret}/`,
  'after two slashes': (path, secret) => `/${path}/${secret}`,
  'before two slashes': (path, secret) => `${path}${secret}//`,
  'in upper case': (path, secret) => path + secret.toUpperCase(),
  'one letter encoded': (path, secret) => path + encodeAll(secret[0] ?? '') + secret.slice(1),
  encoded: (path, secret) => path + encodeAll(secret),
  'encoded twice': (path, secret) => path + encodeAll(secret).replaceAll('%', '%25'),
  broken: (path, secret) => `${path}${secret}%zz`,
  'with more': (path, secret) => `${path}${secret}.json`,
  'in a query': (path, secret) => `${path}1?token=${secret}`,
  'in an encoded query': (path, secret) => `${path}1%3Ftoken%3D${secret}`,
  'after a semicolon': (path, secret) => `${path}1;token=${secret}`,
  'at an address that is none': (path, secret) => `/nothing${path}${secret}`,
};

describe('the log', () => {
  let server: TestServer;
  let secrets: string[];

  beforeAll(async () => {
    server = await testServer({ contracts: 'all', logLevel: 'debug' });
    const { accessToken, refreshToken } = await server.tokens('alice');
    secrets = [
      `7.${'0123456789abcdef'.repeat(2)}`,
      refreshToken,
      accessToken,
      newReadableSecret(15),
      'c0ffeec0ffeec0ffee42',
    ];
  });

  afterAll(() => server.close());

  /** The part of each secret that nobody can guess. */
  const hearts = () => secrets.map((secret) => (secret.split('.').at(-1) ?? '').toLowerCase());

  /** Everything that was logged, decoded as often as it can be. */
  const written = () =>
    server.logged
      .splice(0)
      .join('')
      .replace(/%(?:25)*([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
      .toLowerCase();

  /** Every route with something in its path that is not always the same: one that is new is among them. */
  const paths = () => {
    const known = server.http.routes().flatMap(({ path }) => {
      const start = path.slice(0, path.indexOf(':'));
      return path.includes(':') ? [start, start.replace(/^\/compat\/[^/]+/, '')] : [];
    });
    return [...new Set([...known, '/verify-email/', '/reset-password/'])];
  };

  it.each(Object.entries(spellings))(
    'S88: holds no secret of an address, whatever the route and method: %s',
    async (_name, spell) => {
      let sent = 0;
      for (const path of paths()) {
        for (const method of methods) {
          const secret = secrets[sent % secrets.length] ?? '';
          const url = spell(path, secret);
          const accept = sent % 2 ? 'text/html' : 'application/json';
          const headers = { accept, referer: `https://example.com${spell('/', secret)}` };
          await server.http.server.inject({ method, url, headers });
          sent += 1;
        }
      }
      const log = written();

      expect(sent).toBeGreaterThan(200);
      expect(log).not.toBe('');
      expect(hearts().filter((heart) => log.includes(heart))).toEqual([]);
    },
  );

  it('S88: holds no secret of an error, nor of a message', async () => {
    const [secret = ''] = secrets;
    server.app.log.error({ err: new Error(`cannot open /a/${secret}`) }, `at ${secret}`);
    server.app.log.warn({ deep: { reason: encodeAll(secret) } }, 'an example');
    const log = written();

    expect(log).toContain('cannot open');
    expect(hearts().filter((heart) => log.includes(heart))).toEqual([]);
  });

  it.each([
    '/v2/users/alice/followers',
    '/v2/admin/accounts/2147483647',
    '/v1/auth/facebook/set_standalone_user',
    '2026-06-01T12:00:00.000Z',
    'at processTicksAndRejections (node:internal/process/task_queues:105:5)',
    '{"hostname":"photos-rookery-worker-7d9c5b6f7d-abcde-and-more"}',
    '/%E6%97%A5%E6%9C%AC',
  ])('keeps what is no secret: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it.each([
    '/v2/me?password=a-slip',
    '/v2/me%3Fpassword=a-slip',
    '/v2/me%253fpassword=a-slip',
    '/v2/me#a-slip',
    '/v2/me;password=a-slip',
    '/v2/me%3Ba-slip',
  ])('S88: holds no query, for a mistaken client may have put a password there: %s', (url) => {
    expect(loggedPath(url)).toBe('/v2/me');
  });
});
