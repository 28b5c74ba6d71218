import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig, readPassingConfig } from '../../src/app/config.ts';
import { publicUrlOf } from '../../src/app/public-url.ts';
import { cleanUp, runCommand, startProgram, temporaryFolder } from '../support/process.ts';

const SECRET_KEY = '9f2c41d07ab3e65818c0f47d2b9e3a6c';
const production = { ROOKERY_ENV: 'production', SECRET_KEY };

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig({ DATA_DIR: temporaryFolder(), ...environment });
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
}

describe('the address that links begin with', () => {
  afterAll(cleanUp);

  const read = (environment: Record<string, string>) =>
    readConfig({ DATA_DIR: temporaryFolder(), ...environment });

  it.each([
    [{}, 'http://127.0.0.1:3000', 0],
    [{ HOST: 'localhost', PORT: '80' }, 'http://localhost:80', 0],
    [{ HOST: '::1' }, 'http://[::1]:3000', 0],
    [{ HOST: '[::1]' }, 'http://[::1]:3000', 0],
    [{ HOST: '2001:db8::1' }, 'http://[2001:db8::1]:3000', 0],
    [{ HOST: 'fe80::1%eth0' }, 'http://[fe80::1]:3000', 0],
    [{ HOST: '0.0.0.0' }, 'http://localhost:3000', 1],
    [{ HOST: '::' }, 'http://localhost:3000', 1],
    [{ HOST: '[::]' }, 'http://localhost:3000', 1],
    [{ HOST: '0:0:0:0:0:0:0:0' }, 'http://localhost:3000', 1],
    [{ HOST: '::ffff:0.0.0.0' }, 'http://localhost:3000', 1],
    [{ PORT: '0' }, 'http://127.0.0.1:0', 1],
    [{ HOST: '::', PUBLIC_URL: 'https://example.com/' }, 'https://example.com', 0],
    [{ PORT: '0', PUBLIC_URL: 'https://example.com' }, 'https://example.com', 0],
    [{ PUBLIC_URL: 'http://0.0.0.0:3000' }, 'http://0.0.0.0:3000', 1],
    [{ PUBLIC_URL: 'http://[::]:3000' }, 'http://[::]:3000', 1],
  ])('of %j is %s, with %i notices', (environment, url, notices) => {
    const config = read(environment);

    expect(publicUrlOf(config)).toBe(url);
    expect(config.notices.map(({ name }) => name)).toEqual(Array(notices).fill('PUBLIC_URL'));
  });

  it.each([
    [{ ...production }, /^PUBLIC_URL is needed in production: /],
    [{ ...production, HOST: '::' }, /^PUBLIC_URL is needed in production: /],
    [
      { ...production, PUBLIC_URL: 'http://0.0.0.0' },
      /^PUBLIC_URL is .*, which no client can open/,
    ],
    [{ ...production, PUBLIC_URL: 'http://[::]' }, /^PUBLIC_URL is .*, which no client can open/],
    [{ ...production, PUBLIC_URL: 'https://a:0' }, /^PUBLIC_URL has the port 0/],
    [{ PUBLIC_URL: 'http://example.com:0' }, /^PUBLIC_URL has the port 0/],
    [{ PUBLIC_URL: 'https://exa mple' }, /^PUBLIC_URL has a space/],
    [{ HOST: 'a b' }, /^HOST is a b, which is no address/],
    [{ HOST: '[::1' }, /^HOST is \[::1, which is no address/],
  ])('is refused: %j', (environment, problem) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(problem)]);
  });
});

/** Each starts the program. */
const slow = { timeout: 60_000 };

describe('the first start in a fresh clone', slow, () => {
  afterEach(cleanUp);

  it.each([
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:[1-9]\d*$/],
    ['0.0.0.0', /^http:\/\/localhost:[1-9]\d*$/],
    ['::', /^http:\/\/localhost:[1-9]\d*$/],
    ['::1', /^http:\/\/\[::1\]:[1-9]\d*$/],
  ])('makes the data folder, and its links can be followed: HOST=%s', async (HOST, base) => {
    const dataDir = join(temporaryFolder(), 'none', 'data');
    const program = await startProgram({ dataDir, environment: { HOST, SECRET_KEY } });
    const account = { username: 'alice', password: 'alice-likes-dunes' };
    const made = await program.send('POST', '/v2/accounts', { body: account });
    const followed = await fetch(String(made.headers.location), {
      headers: { authorization: `Bearer ${await tokenAt(program)}` },
    });

    expect(program.url).toMatch(base);
    expect(made.headers.location).toBe(`${program.url}/v2/users/alice`);
    expect(followed.status).toBe(200);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(program.printed().includes('Links in answers')).toBe(/^[0:.]+$/.test(HOST));
  });

  async function tokenAt(program: Awaited<ReturnType<typeof startProgram>>): Promise<string> {
    const body = { login: 'alice', password: 'alice-likes-dunes' };
    return (await program.send('POST', '/v2/sessions', { body })).body.accessToken;
  }

  it.each([
    [['doctor']],
    [['migrate', 'up']],
    [['migrate', 'status']],
    [['accounts', 'list']],
    [['outbox', 'list']],
    [['media', 'sweep']],
    [['seed']],
  ])('makes the data folder for any command: %j', async (args) => {
    const dataDir = join(temporaryFolder(), 'none', 'data');
    const { code, stderr, stdout } = await runCommand(args, {
      environment: { SECRET_KEY, DATA_DIR: dataDir },
    });

    expect(stdout + stderr).not.toMatch(/ENOENT|does not exist|no such file/);
    expect(code, stderr).toBe(0);
    expect(existsSync(dataDir)).toBe(true);
  });

  it('makes no folder for what only looks at the program', () => {
    const DATA_DIR = join(temporaryFolder(), 'none');
    readPassingConfig({ SECRET_KEY, DATA_DIR });

    expect(existsSync(DATA_DIR)).toBe(false);
  });

  it('makes no folder while anything is wrong with the settings', () => {
    const DATA_DIR = join(temporaryFolder(), 'none');

    expect(problemsOf({ SECRET_KEY, DATA_DIR, PORT: 'many' })).toHaveLength(1);
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  it('says what to do about a folder that cannot be made', () => {
    const problems = problemsOf({ SECRET_KEY, DATA_DIR: '/dev/null/data' });

    expect(problems).toEqual([expect.stringContaining('DATA_DIR=/dev/null/data cannot be used')]);
  });

  it('needs no folder with a server database, where nothing is written', () => {
    const DATABASE_URL = 'postgres://127.0.0.1/rookery';

    expect(problemsOf({ SECRET_KEY, DATA_DIR: '/dev/null/data', DATABASE_URL })).toEqual([]);
  });
});
