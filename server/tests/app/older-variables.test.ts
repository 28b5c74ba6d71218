import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig, readPassingConfig } from '../../src/app/config.ts';
import { goneNames, keptNames, readNames } from '../../src/app/settings/older-names.ts';
import { Settings } from '../../src/app/settings/settings.ts';
import { command } from '../support/command.ts';
import { rootDir } from '../support/process.ts';
import { testServer } from '../support/server.ts';

const SECRET_KEY = '9f2c41d07ab3e65818c0f47d2b9e3a6c';
const testing = { ROOKERY_ENV: 'testing' };
/** A process of its own. */
const slow = { timeout: 60_000 };
let DATA_DIR: string;

beforeAll(() => {
  DATA_DIR = mkdtempSync(join(tmpdir(), 'rookery-config-'));
});

afterAll(() => rmSync(DATA_DIR, { recursive: true }));

const read = (variables: Record<string, string>) =>
  readConfig({ DATA_DIR, SECRET_KEY, PUBLIC_URL: 'https://photos.example.com', ...variables });

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    read(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('variables of older systems', () => {
  it.each([
    ['project.config.DevelopmentConfig', 'development'],
    ['project.config.TestingConfig', 'testing'],
    ['project.config.StagingConfig', 'staging'],
    ['project.config.ProductionConfig', 'production'],
    ['ProductionConfig', 'production'],
    ['staging', 'staging'],
  ])('name the environment: APP_SETTINGS=%s', (APP_SETTINGS, env) => {
    expect(read({ APP_SETTINGS })).toMatchObject({
      env,
      olderNames: ['APP_SETTINGS as ROOKERY_ENV'],
    });
  });

  it.each([
    ['DB_URI', 'mysql+pymysql://root@db/photos?charset=utf8', 'mysql://root@db/photos'],
    ['DB_URI', 'mysql+pymysql://root@db/photos?charset=utf8&ssl=1', 'mysql://root@db/photos?ssl=1'],
    ['DB_URI', 'postgresql+psycopg2://root@db/photos', 'postgresql://root@db/photos'],
    ['DATABASE_URL', 'postgres://root@db/photos', 'postgres://root@db/photos'],
    ['DATABASE_URL', 'postgresql+psycopg2://root@db/photos', 'postgresql://root@db/photos'],
    ['DATABASE_URL', 'mysql+mysqldb://root@db/photos?charset=utf8mb4', 'mysql://root@db/photos'],
    ['DATABASE_URL', 'mysql+mysqlconnector://root@db/photos', 'mysql://root@db/photos'],
    ['DATABASE_URL', 'mariadb+pymysql://root@db/photos', 'mysql://root@db/photos'],
    ['DATABASE_URL', 'cockroachdb://root@db:26257/photos', 'cockroachdb://root@db:26257/photos'],
  ])('name the database: %s=%s', (name, url, databaseUrl) => {
    expect(read({ [name]: url }).databaseUrl).toBe(databaseUrl);
  });

  it('name another database for tests, which is used for them alone', () => {
    const both = { DATABASE_URL: 'postgres://db/photos', DATABASE_TEST_URL: 'postgres://db/tests' };

    expect(read({ ...both, ...testing }).databaseUrl).toBe('postgres://db/tests');
    expect(read(both).databaseUrl).toBe('postgres://db/photos');
    expect(read({ ...testing, DATABASE_URL: both.DATABASE_URL }).databaseUrl).toBe(
      'postgres://db/photos',
    );
  });

  it.each([
    ['amqp://guest:guest@rabbitmq:5672//', 'amqp://guest:guest@rabbitmq:5672//'],
    ['pyamqp://guest@rabbitmq', 'amqp://guest@rabbitmq'],
    ['amqps://guest@rabbitmq/photos', 'amqps://guest@rabbitmq/photos'],
  ])('name the broker: CELERY_BROKER_URL=%s', (CELERY_BROKER_URL, url) => {
    expect(read({ CELERY_BROKER_URL }).amqp?.url).toBe(url);
  });

  it('name another broker for tests', () => {
    const both = {
      CELERY_BROKER_URL: 'amqp://rabbitmq/photos',
      CELERY_BROKER_TEST_URL: 'amqp://rabbitmq/tests',
    };

    expect(read({ ...both, ...testing }).amqp?.url).toBe('amqp://rabbitmq/tests');
    expect(read(both).amqp?.url).toBe('amqp://rabbitmq/photos');
  });

  it('leave out a broker that is no RabbitMQ, and say so', () => {
    const { amqp, notices } = read({ CELERY_BROKER_URL: 'redis://:word@redis:6379/0' });

    expect(amqp).toBeNull();
    expect(notices).toMatchObject([
      { text: expect.stringMatching(/is not a RabbitMQ URL.*AMQP_URL/) },
    ]);
    expect(notices[0]?.text).not.toContain('word');
  });

  it('may stand in files, where they are secret', () => {
    const file = join(DATA_DIR, 'database');
    writeFileSync(file, 'mysql+pymysql://root:word@db/photos\n');

    expect(read({ DB_URI_FILE: file }).databaseUrl).toBe('mysql://root:word@db/photos');
  });

  it.each([
    [{ APP_SETTINGS: 'project.config.ProductionConfig', ROOKERY_ENV: 'testing' }, 'ROOKERY_ENV'],
    [{ DB_URI: 'mysql://db/photos', DATABASE_URL: 'postgres://db/photos' }, 'DATABASE_URL'],
    [{ CELERY_BROKER_URL: 'amqp://rabbitmq', AMQP_URL: 'amqp://elsewhere' }, 'AMQP_URL'],
  ])('that contradict ours are refused: %j', (variables, ours) => {
    const [name = ''] = Object.keys(variables);

    expect(problemsOf(variables)).toEqual([
      `${ours} and its older name ${name} are both set, to different values. Keep ${ours}, and remove ${name}.`,
    ]);
  });

  it.each([
    { APP_SETTINGS: 'project.config.TestingConfig', ROOKERY_ENV: 'testing' },
    { DB_URI: 'mysql+pymysql://db/photos?charset=utf8', DATABASE_URL: 'mysql://db/photos' },
    { CELERY_BROKER_URL: 'pyamqp://rabbitmq', AMQP_URL: 'amqp://rabbitmq' },
  ])('may say the same as ours: %j', (variables) => {
    expect(problemsOf(variables)).toEqual([]);
  });

  it.each([
    [{ APP_SETTINGS: 'project.config.BaseConfig' }, 'development, testing, staging, production'],
    [{ DB_URI: 'oracle://db/photos' }, 'DB_URI names no database that is known here.'],
  ])('that say nothing are refused with what to do: %j', (variables, advice) => {
    expect(problemsOf(variables)).toEqual([expect.stringContaining(advice)]);
  });

  it('do not hinder a command that only looks at the program', () => {
    const config = readPassingConfig({ DATA_DIR, DB_URI: 'mysql://db/photos' });

    expect(config.databaseUrl).toBe('sqlite::memory:');
  });

  it.each(goneNames)('that mean nothing any more explain themselves: $name', ({ name }) => {
    const { notices } = read({ [name]: 'project/__init__.py' });

    expect(notices).toEqual([
      { name, text: expect.stringMatching(/ is not used\. .*[Rr]emove it\./) },
    ]);
  });

  it('that mean nothing any more explain themselves at the start', async () => {
    const server = await testServer({ environment: { FLASK_APP: 'project/__init__.py' } });
    server.app.startHandingOn();
    await server.close();

    expect(server.logged.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 40,
        msg: expect.stringMatching(/^FLASK_APP is not used. `.\/rookery start` starts/),
      },
    ]);
  });

  it('are settings where the table says so', () => {
    const kept = keptNames.flatMap(({ names }) => names);

    expect(Object.keys(Settings.properties)).toEqual(expect.arrayContaining(kept));
    expect(Object.keys(Settings.properties)).toEqual(
      expect.arrayContaining(readNames.map(({ setting }) => setting)),
    );
  });
});

describe('the variables of base-api’s own instructions', () => {
  const variables = {
    APP_SETTINGS: 'project.config.DevelopmentConfig',
    FLASK_APP: 'project/__init__.py',
    MAIL_SERVER: 'smtp.example.com',
    MAIL_PORT: '465',
    MAIL_USERNAME: 'alice@example.com',
    MAIL_PASSWORD: 'a-word',
    MAIL_DEFAULT_SENDER: 'alice@example.com',
    TWILIO_ACCOUNT_SID: '1234qwer',
    TWILIO_AUTH_TOKEN: 'qwer1234',
    TWILIO_FROM_NUMBER: '+123456789',
    CELLPHONE_VALIDATION_CODE_EXP_SECS: '600',
    MAIL_USE_TLS: 'False',
    MAIL_USE_SSL: 'True',
    FCM_SERVER_KEY: '9876oiuy',
  };

  it('are all understood', () => {
    expect(readConfig({ DATA_DIR, ...variables })).toMatchObject({
      env: 'development',
      mail: {
        sender: 'alice@example.com',
        server: { host: 'smtp.example.com', port: 465, isSecure: true },
      },
      sms: { twilio: { accountSid: '1234qwer', from: '+123456789' }, codeLifeMs: 600_000 },
      notices: [{ name: 'FLASK_APP' }, { name: 'FCM_SERVER_KEY' }],
    });
  });

  it('but for the secret, which anybody can read there', () => {
    expect(problemsOf({ ...variables, SECRET_KEY: 'mysecret' })).toEqual([
      'SECRET_KEY is shorter than 32 characters: anybody who guesses it can sign in as any user. Create one with: openssl rand -hex 32, or remove it: with the embedded database one is made and kept',
    ]);
  });

  it('are explained by “doctor”, without the secrets in them', slow, async () => {
    const { FLASK_APP, FCM_SERVER_KEY, APP_SETTINGS } = variables;
    const { code, out } = await command(['doctor'], { FLASK_APP, FCM_SERVER_KEY, APP_SETTINGS });

    expect(code).toBe(1);
    expect(out).toContain('✓ configuration: development, data in ');
    expect(out).toContain('✓ older setting: read APP_SETTINGS as ROOKERY_ENV');
    expect(out).toContain('✓ about FLASK_APP: FLASK_APP is not used. `./rookery start` starts');
    expect(out).toMatch(/✗ about FCM_SERVER_KEY: .* Set FCM_SERVICE_ACCOUNT_FILE/);
    expect(out).not.toContain(FCM_SERVER_KEY);
  });
});

it('docs/configuration.md names every older variable', () => {
  const page = readFileSync(join(rootDir, 'docs/configuration.md'), 'utf8');
  const [, table = ''] = page.split('## Names of older systems');
  const names = [readNames, goneNames].flat().map(({ name }) => name);
  const missing = [...names, ...keptNames.flatMap((row) => row.names)].filter(
    (name) => !table.includes(`\`${name}\``),
  );

  expect(missing).toEqual([]);
});
