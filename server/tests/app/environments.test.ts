import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig, readPassingConfig } from '../../src/app/config.ts';
import { environmentNames } from '../../src/app/settings/environments.ts';
import { testServer } from '../support/server.ts';

const secret = '9f2c41d07ab3e65818c0f47d2b9e3a6c';
const PUBLIC_URL = 'https://photos.example.com';
const day = 24 * 3600 * 1000;
let DATA_DIR: string;

beforeAll(() => {
  DATA_DIR = mkdtempSync(join(tmpdir(), 'rookery-config-'));
});

afterAll(() => rmSync(DATA_DIR, { recursive: true }));

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    readConfig({ DATA_DIR, ...variables });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('an environment', () => {
  it.each([
    ['development', 'debug', false, 30 * day, day],
    ['testing', 'debug', false, 3000, 2000],
    ['staging', 'info', true, 30 * day, day],
    ['production', 'info', true, 30 * day, day],
  ])(
    'decides in %s how much is logged and how long tokens live',
    (name, logLevel, isLive, ...lives) => {
      const [accessMs, passwordMs] = lives;

      expect(readConfig({ DATA_DIR, PUBLIC_URL, ROOKERY_ENV: name })).toMatchObject({
        env: name,
        isLive,
        logLevel,
        tokenLives: { accessMs, passwordMs },
      });
    },
  );

  it.each(environmentNames)('leaves LOG_LEVEL and DATA_DIR of %s to whoever sets them', (name) => {
    const config = readConfig({ DATA_DIR, PUBLIC_URL, ROOKERY_ENV: name, LOG_LEVEL: 'warn' });

    expect(config).toMatchObject({ logLevel: 'warn', dataDir: DATA_DIR });
  });

  it('keeps tests out of the folder that development uses', () => {
    const folder = (ROOKERY_ENV: string) => readPassingConfig({ ROOKERY_ENV, PUBLIC_URL }).dataDir;

    expect(folder('testing')).toBe(resolve('data/testing'));
    expect(folder('development')).toBe(resolve('data'));
    expect(folder('production')).toBe(resolve('data'));
  });

  it.each(['staging', 'production'])('refuses in %s what is for trying out', (name) => {
    expect(problemsOf({ ROOKERY_ENV: name, RATE_LIMITS: 'off', SECRET_KEY: 'mysecret' })).toEqual([
      `RATE_LIMITS=off is refused in ${name}. Remove it, or set it to on.`,
      `PUBLIC_URL is needed in ${name}: the address that clients use, such as https://example.com.`,
      expect.stringMatching(/^SECRET_KEY is shorter than 32 characters: .*openssl rand -hex 32/),
    ]);
  });

  it.each(['staging', 'production'])('asks in %s for a secret that processes share', (name) => {
    const variables = { ROOKERY_ENV: name, PUBLIC_URL, DATABASE_URL: 'postgres://db/photos' };

    expect(problemsOf(variables)).toEqual([
      'SECRET_KEY is needed with a server database. Make one with: openssl rand -hex 32',
    ]);
    expect(problemsOf({ ...variables, SECRET_KEY: secret })).toEqual([]);
  });

  it('that is none is refused with the names that there are', () => {
    expect(problemsOf({ ROOKERY_ENV: 'prod' })).toEqual([
      expect.stringContaining(
        'ROOKERY_ENV must be one of development, testing, staging, production.',
      ),
    ]);
  });
});

describe('testing', () => {
  const providers = {
    SMTP_URL: 'smtp://user:word@mail.example.com',
    TWILIO_ACCOUNT_SID: 'AC1',
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM_NUMBER: '+15005550006',
  };

  it('sends neither mail nor text messages, wherever they would go, and says so', () => {
    const testing = readConfig({ DATA_DIR, ROOKERY_ENV: 'testing', ...providers });
    const staging = readConfig({ DATA_DIR, ROOKERY_ENV: 'staging', PUBLIC_URL, ...providers });

    expect([testing.mail.server, testing.sms.twilio]).toEqual([null, null]);
    expect(testing.push).toEqual({ fcm: null, webPush: null });
    expect(testing.notices).toMatchObject([{ text: expect.stringContaining('sends nothing') }]);
    expect([staging.mail.server?.host, staging.sms.twilio?.accountSid]).toEqual([
      'mail.example.com',
      'AC1',
    ]);
    expect(staging.notices).toEqual([]);
  });
});

describe('the log of development', () => {
  it('tells why a request was refused', async () => {
    const server = await testServer({ contracts: 'all', logLevel: 'debug' });
    await server.send('GET', '/v2/me');
    await server.close();

    expect(server.logged.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 20, code: 'no_token', msg: 'a request was refused' }),
    );
  });
});
