import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runCommand, startProgram, temporaryFolder } from '../support/process.ts';
import { authenticatorApp } from '../support/second-factor.ts';
import { mailServer } from '../support/smtp.ts';

const first = '0001-foundation';
/** Several processes, on a machine that may be busy. */
const slow = { timeout: 60_000 };

describe('rookery migrate', () => {
  afterEach(cleanUp);

  it('goes up, down and up again, and shows where it is', slow, async () => {
    const environment = { DATA_DIR: temporaryFolder() };
    const migrate = (...args: string[]) => runCommand(['migrate', ...args], { environment });
    const before = await migrate('status', '--json');
    const up = await migrate('up');
    const again = await migrate('up');
    const status = await migrate('status', '--json');
    const down = await migrate('down');
    const down2 = await migrate('status');
    const up2 = await migrate('up');

    expect(JSON.parse(before.stdout)[0]).toEqual({ name: first, applied: 'not yet' });
    expect(up.stdout).toContain(`applied ${first}\n`);
    expect(again.stdout).toBe('Nothing to do: the schema is up to date.\n');
    expect(JSON.parse(status.stdout)[0].applied).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(down.stdout).toMatch(/^reverted /);
    expect(down2.stdout).toMatch(/not yet/);
    expect(up2.stdout).toMatch(/^applied /);
    expect([before, up, again, status, down, down2, up2].map(({ code }) => code)).toEqual(
      Array(7).fill(0),
    );
  });

  it('is harmless when two run at once', async () => {
    const environment = { DATA_DIR: temporaryFolder() };

    const both = await Promise.all([
      runCommand(['migrate', 'up'], { environment }),
      runCommand(['migrate', 'up'], { environment }),
    ]);

    expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(both.filter(({ stdout }) => stdout.includes(`applied ${first}`))).toHaveLength(1);
  });

  it('refuses a database that a newer version made', async () => {
    const dataDir = temporaryFolder();
    const environment = { DATA_DIR: dataDir };
    await runCommand(['migrate', 'up'], { environment });
    const file = new SqliteFile(join(dataDir, 'rookery.sqlite'));
    file.exec(`INSERT INTO migrations VALUES ('9999-later', '2026-06-01T12:00:00.000Z')`);
    file.close();

    const { code, stderr } = await runCommand(['migrate', 'up'], { environment });

    expect(code).toBe(1);
    expect(stderr).toContain(
      '9999-later, which this version does not know. Start a newer version.',
    );
  });
});

describe('rookery routes and openapi', () => {
  afterEach(cleanUp);

  it('print what the server would say, without a database', slow, async () => {
    const environment = { DATA_DIR: temporaryFolder() };
    const routes = await runCommand(['routes', '--json'], { environment });
    const older = await runCommand(['routes', '--contract', 'hmlet'], { environment });
    const none = await runCommand(['routes', '--contract', 'nope'], { environment });
    const openapi = await runCommand(['openapi'], { environment });
    const unknown = await runCommand(['openapi', 'nope'], { environment });

    expect(JSON.parse(routes.stdout)).toEqual(
      expect.arrayContaining([
        {
          endpoint: 'createPost',
          methods: 'POST',
          rule: '/v2/posts',
          contract: 'v2',
          root: '',
        },
        {
          endpoint: 'listPictures',
          methods: 'GET, HEAD',
          rule: '/compat/mithril/api/picture',
          contract: 'mithril',
          root: '/api/picture',
        },
        {
          endpoint: 'logIn',
          methods: 'POST',
          rule: '/compat/mini-sns/login',
          contract: 'mini-sns',
          root: '/login',
        },
      ]),
    );
    expect(older.stdout).toMatch(/^Endpoint +Methods +Rule +Contract +At the root\n/);
    expect(older.stdout).toMatch(/\nsetCaption +PUT .* hmlet +\/photos\/:id\/caption\n/);
    expect(older.stdout).toMatch(
      /\nreadPicture +GET, HEAD +\/compat\/hmlet\/pictures\/:key +hmlet\n/,
    );
    expect(older.stdout).not.toContain('mini-sns');
    expect([none.code, none.stderr]).toEqual([2, 'rookery: no contract is called nope\n']);
    expect(JSON.parse(openapi.stdout)).toMatchObject({ openapi: '3.1.0' });
    expect([unknown.code, unknown.stderr]).toEqual([2, 'rookery: no contract is called nope\n']);
    expect(existsSync(join(environment.DATA_DIR, 'rookery.sqlite'))).toBe(false);
  });
});

describe('rookery doctor', () => {
  afterEach(cleanUp);

  it('finds everything well', async () => {
    const environment = { DATA_DIR: temporaryFolder() };
    const { code, stdout } = await runCommand(['doctor', '--json'], { environment });

    const checks = JSON.parse(stdout) as Array<{ name: string; isOk: boolean }>;
    expect(code).toBe(0);
    expect(checks.filter(({ isOk }) => !isOk)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'configuration',
        'database',
        'storage',
        'image library',
        'text messages',
      ]),
    );
  });

  it('says what is wrong with the storage, and with a data folder that is a file', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'blobs'), 'This is a file.');
    const storage = await runCommand(['doctor'], { environment: { DATA_DIR: dataDir } });
    const file = join(dataDir, 'blobs');
    const folder = await runCommand(['doctor'], { environment: { DATA_DIR: file } });

    expect(storage.code).toBe(1);
    expect(storage.stdout).toMatch(/✗ storage: .*blobs/);
    expect(storage.stdout).toMatch(/✓ image library/);
    expect(storage.stderr).toBe('rookery: failed: storage\n');
    expect(folder.code).toBe(1);
    expect(folder.stdout).toContain(`✗ configuration: DATA_DIR=${file} cannot be used`);
  });

  it('checks storage and images although the database is broken', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'rookery.sqlite'), 'These are words.'.repeat(1000));
    const { code, stdout } = await runCommand(['doctor'], { environment: { DATA_DIR: dataDir } });

    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ database: .* is no SQLite database/);
    expect(stdout).toMatch(/✓ storage/);
    expect(stdout).toMatch(/✓ image library/);
  });

  it('says whether the mail server takes mail', async () => {
    const smtp = await mailServer();
    const environment = { DATA_DIR: temporaryFolder(), SMTP_URL: smtp.url };
    const up = await runCommand(['doctor'], { environment });
    await smtp.stop();
    const down = await runCommand(['doctor'], { environment });

    expect([up.code, down.code]).toEqual([0, 1]);
    expect(up.stdout).toContain(`✓ mail: 127.0.0.1:${smtp.port} takes mail`);
    expect(down.stdout).toContain(`✗ mail: The mail server 127.0.0.1:${smtp.port} does not take`);
    expect(down.stdout).toMatch(/✓ storage/);
  });

  it('lists every fault of the configuration', async () => {
    const environment = { PORT: 'many', SIGNUPS: 'perhaps', SECRET_KEY: 'short' };
    const { code, stdout } = await runCommand(['doctor'], { environment });

    expect(code).toBe(1);
    for (const name of Object.keys(environment)) expect(stdout).toContain(`${name} `);
  });
});

describe('rookery admin and seed', () => {
  afterEach(cleanUp);

  it('make an admin who can sign in, with the password from standard input', slow, async () => {
    const dataDir = temporaryFolder();
    const environment = { DATA_DIR: dataDir };
    const made = await runCommand(['admin', 'create', 'alice'], {
      environment,
      input: 'alice-likes-dunes\n',
    });
    const again = await runCommand(['admin', 'create', 'alice'], {
      environment,
      input: 'alice-likes-dunes\n',
    });
    const silent = await runCommand(['admin', 'create', 'bob'], { environment });
    const short = await runCommand(['admin', 'create', 'bob'], { environment, input: 'bob\n' });
    const program = await startProgram({ dataDir });
    const login = { login: 'alice', password: 'alice-likes-dunes' };
    const { body: tokens } = await program.send('POST', '/v2/sessions', { body: login });
    const me = await program.send('GET', '/v2/me', { token: tokens.accessToken });

    expect(made).toMatchObject({ code: 0, stdout: 'made alice, account 1, role admin\n' });
    expect(me.body).toMatchObject({ username: 'alice', role: 'admin' });
    expect([again.code, silent.code, short.code]).toEqual([1, 1, 1]);
    expect(silent.stderr).toContain('standard input has no password');
  });

  it('let somebody in again who has lost the second factor', slow, async () => {
    const environment = { DATA_DIR: temporaryFolder() };
    const program = await startProgram({ dataDir: environment.DATA_DIR });
    const login = { login: 'alice', password: 'alice-likes-dunes' };
    const person = { username: 'alice', password: login.password };
    await program.send('POST', '/v2/accounts', { body: person });
    const { body: tokens } = await program.send('POST', '/v2/sessions', { body: login });
    const as = { token: tokens.accessToken };
    const begun = await program.send('POST', '/v2/me/totp', {
      ...as,
      body: { password: login.password },
    });
    const { secret } = begun.body;
    const app = authenticatorApp({ clock: { now: () => new Date(), advance() {} } }, secret);
    await program.send('POST', '/v2/me/totp/confirm', { ...as, body: { code: app() } });
    const before = await program.send('POST', '/v2/sessions', { body: login });
    const removed = await runCommand(['admin', 'remove-second-factor', 'alice'], { environment });
    const again = await runCommand(['admin', 'remove-second-factor', 'alice'], { environment });
    const after = await program.send('POST', '/v2/sessions', { body: login });

    expect(before.body.code).toBe('second_factor_required');
    expect([removed.code, again.code, after.status]).toEqual([0, 1, 201]);
    expect(again.stderr).toContain('No authenticator app is set up.');
  });

  it('seed alice, bob and carla, once', slow, async () => {
    const dataDir = temporaryFolder();
    const environment = { DATA_DIR: dataDir };
    const first = await runCommand(['seed'], { environment });
    const second = await runCommand(['seed'], { environment });
    const program = await startProgram({ dataDir });
    const explore = await program.send('GET', '/v2/explore');

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stdout).toMatch(/seeded alice.*\n.*seeded bob.*\n.*seeded carla/);
    expect(second.stdout).toContain('alice is there already');
    expect(explore.body.items).toHaveLength(6);
  });

  it('seed the people of base-api, once, and never in production', slow, async () => {
    const environment = { DATA_DIR: temporaryFolder() };
    const production = { ROOKERY_ENV: 'production', PUBLIC_URL: 'https://photos.example.com' };
    const refused = await runCommand(['seed', '--base-api'], {
      environment: { ...environment, ...production },
    });
    const mixed = await runCommand(['seed', '--base-api', '--users', '9'], { environment });
    const before = existsSync(join(environment.DATA_DIR, 'rookery.sqlite'));
    const first = await runCommand(['seed', '--base-api'], { environment });
    const second = await runCommand(['seed', '--base-api'], { environment });

    expect([refused, mixed, first, second].map(({ code }) => code)).toEqual([1, 2, 0, 0]);
    expect(refused.stderr).toMatch(/accounts create.*ROOKERY_ENV=development/);
    expect(mixed.stderr).toContain('cannot be combined with other options');
    expect(before).toBe(false);
    expect(first.stdout).toMatch(/seeded martin, e-mail a@a\.com, password password\n/);
    expect(second.stdout).toBe('Everything is there already; nothing was seeded.\n');
  });
});
