import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/app/config.ts';
import { readNames } from '../../src/app/settings/older-names.ts';
import { Settings } from '../../src/app/settings/settings.ts';

const secret = 'Hunter2';

/** The scheme that each setting takes; a setting that ends like an address and is not here fails the test. */
const schemes: Record<string, string> = {
  PUBLIC_URL: 'https',
  DATABASE_URL: 'postgres',
  AMQP_URL: 'amqp',
  REDIS_URL: 'redis',
  S3_ENDPOINT: 'https',
  BACKUP_S3_ENDPOINT: 'https',
  S3_PUBLIC_URL: 'https',
  APP_URL: 'https',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'https',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https',
  SMTP_URL: 'smtp',
  GOOGLE_ISSUER: 'https',
  FACEBOOK_GRAPH_URL: 'https',
  OIDC_ISSUER: 'https',
  FCM_BASE_URL: 'https',
  FCM_TOKEN_URL: 'https',
  TWILIO_BASE_URL: 'https',
};

/** Without which a setting is told of as half of something. */
const companions = {
  S3_BUCKET: 'photos',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
  OIDC_CLIENT_ID: 'app',
};

const olderSchemes: Record<string, string> = {
  DB_URI: 'mysql+pymysql',
  CELERY_BROKER_URL: 'amqp',
  DATABASE_TEST_URL: 'postgres',
  CELERY_BROKER_TEST_URL: 'amqp',
};

const malformed: Record<string, (scheme: string) => string> = {
  'no address at all': () => `nonsense-${secret}`,
  'another scheme': () => `gopher://user:${secret}@127.0.0.1/name`,
  'the scheme alone': (scheme) => `${scheme}://`,
  'no scheme': () => `user:${secret}@127.0.0.1/name`,
  'one slash': (scheme) => `${scheme}:/user:${secret}@127.0.0.1/name`,
  'a port too high': (scheme) => `${scheme}://user:${secret}@127.0.0.1:99999`,
  'a port in letters': (scheme) => `${scheme}://user:${secret}@127.0.0.1:port`,
  'port 0': (scheme) => `${scheme}://user:${secret}@127.0.0.1:0/name`,
  'a space in it': (scheme) => `${scheme}://user:${secret}@127.0. 0.1/name`,
  'a line break in it': (scheme) => `${scheme}://user:${secret}@127.0.0.1\n/name`,
  'no host': (scheme) => `${scheme}://user:${secret}@`,
  'a raw # in the password': (scheme) => `${scheme}://user:12#${secret}@127.0.0.1/name`,
  'a raw / in the password': (scheme) => `${scheme}://user:12/${secret}@127.0.0.1/name`,
  'a raw ? in the password': (scheme) => `${scheme}://user:12?${secret}@127.0.0.1/name`,
  'a raw % in the password': (scheme) => `${scheme}://user:100%${secret}@127.0.0.1/name`,
  'raw specials in the password': (scheme) => `${scheme}://user:p#a/s?${secret}@127.0.0.1/name`,
  'an unfinished IPv6 address': (scheme) => `${scheme}://user:${secret}@[::1/name`,
};

const cases = (names: Record<string, string>) =>
  Object.entries(names).flatMap(([name, scheme]) =>
    Object.entries(malformed).map(([kind, make]) => [name, kind, make(scheme)] as const),
  );

describe('a setting that holds an address', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rookery-urls-'));

  afterAll(() => rmSync(dataDir, { recursive: true }));

  function problemsOf(environment: Record<string, string>): readonly string[] {
    try {
      readConfig({ DATA_DIR: dataDir, ...environment });
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  }

  it('is one of those below', () => {
    const names = Object.keys(Settings.properties);

    expect(names.filter((name) => /_(URL|ENDPOINT|ISSUER|URI)$/.test(name)).sort()).toEqual(
      Object.keys(schemes).sort(),
    );
    expect(readNames.map(({ name }) => name)).toEqual([
      'APP_SETTINGS',
      ...Object.keys(olderSchemes),
    ]);
  });

  it.each(cases(schemes))(
    '%s with %s: one line says so, without the password',
    (name, _kind, value) => {
      const problems = problemsOf({ ...companions, [name]: value }).filter((text) =>
        text.startsWith(name),
      );

      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toContain(secret);
      expect(problems[0]).not.toContain('\n');
      expect(problems[0]).toMatch(/\. .+|Use|Set/);
    },
  );

  it.each(cases(olderSchemes))('%s with %s: likewise', (name, _kind, value) => {
    const environment = name.includes('TEST') ? { ROOKERY_ENV: 'testing' } : {};
    const said = problemsOf({ ...environment, [name]: value });
    const notices = said.length > 0 ? [] : noticesOf({ ...environment, [name]: value });

    const [line = '', ...more] = [...said, ...notices].filter((text) => text.startsWith(name));

    expect(line).not.toBe('');
    expect(line).not.toContain(secret);
    expect(more).toEqual([]);
  });

  function noticesOf(environment: Record<string, string>): string[] {
    return readConfig({ DATA_DIR: dataDir, ...environment }).notices.map(({ text }) => text);
  }

  it.each([
    ['DATABASE_URL', `postgres://user:p%23a%2Fs%3Fw@127.0.0.1:5432/name`],
    ['DATABASE_URL', 'postgres://user@/name?host=/run/postgresql'],
    ['DATABASE_URL', 'postgres:///name'],
    ['DATABASE_URL', 'mysql+pymysql://user:p%40ss@[::1]/name?charset=utf8mb4'],
    ['DATABASE_URL', 'cockroachdb://root@localhost:26257/name?sslmode=disable'],
    ['AMQP_URL', 'amqp://guest:p%2Fss@127.0.0.1/%2F'],
    ['REDIS_URL', 'redis://:p%40ss@127.0.0.1:6379/1'],
    ['REDIS_URL', 'rediss://user:pass@redis.example.com'],
    ['SMTP_URL', 'smtp://user%40example.com:p%23ss@mail.example.com:587'],
    ['PUBLIC_URL', 'https://example.com/photos'],
  ])('%s=%s is taken', (name, value) => {
    const environment = { SECRET_KEY: '9f2c41d07ab3e65818c0f47d2b9e3a6c', [name]: value };

    expect(problemsOf(environment)).toEqual([]);
  });
});
