import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { isReached, servers } from '../support/databases.ts';
import { freePort } from '../support/ports.ts';
import { cleanUp, runCommand, runFile } from '../support/process.ts';

/** Each starts the program. */
const slow = { timeout: 60_000 };
const hasPostgres = await isReached(servers.postgres);
const closedPort = await freePort();
const hasMariadb = await isReached(servers.mysql);

const isOneLine = /^rookery: [^\n]*DATABASE_URL[^\n]*\n$/;

describe('an address where no database can be used', slow, () => {
  it.each([
    ['a port where nobody listens', `postgres://u:Hunter2@127.0.0.1:${closedPort}/name`, true],
    ['several addresses of one name', `postgres://u:Hunter2@localhost:${closedPort}/name`, true],
    ['a name that does not exist', 'postgres://u:Hunter2@database.invalid/name', true],
    ['a database that does not exist', 'postgres://root@127.0.0.1/no_such_database', hasPostgres],
    [
      'a role that does not exist',
      'postgres://nobody-here:Hunter2@127.0.0.1/postgres',
      hasPostgres,
    ],
    [
      'TLS that the server does not have',
      'postgres://root@127.0.0.1/postgres?sslmode=require',
      hasPostgres,
    ],
    [
      'a database that MariaDB does not have',
      'mysql://root@127.0.0.1/no_such_database',
      hasMariadb,
    ],
    ['a wrong password at MariaDB', 'mysql://root:Hunter2@127.0.0.1/mysql', hasMariadb],
    [
      'TLS that MariaDB does not have',
      'mysql://root@127.0.0.1/mysql?ssl-mode=REQUIRED',
      hasMariadb,
    ],
    ['a file in a folder that does not exist', 'sqlite:/nowhere/at/all/rookery.sqlite', true],
    ['a file that is no database', `sqlite:${import.meta.filename}`, true],
  ])('%s: one line, without a stack or the password', async (_name, DATABASE_URL, isHere) => {
    if (!isHere) return;

    const { code, err } = await command(['migrate', 'status'], { DATABASE_URL });

    expect(code).toBe(1);
    expect(err).toMatch(isOneLine);
    expect(err).not.toContain('Hunter2');
  });
});

describe('a name server that says "later"', slow, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-names-'));

  beforeAll(() => {
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n');
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.2\n');
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await cleanUp();
  });

  it.skipIf(!canMount())('is an outage of the database, and told in one line', async () => {
    const main = join(import.meta.dirname, '../../src/main.ts');
    const script = `mount --bind ${folder}/hosts /etc/hosts && mount --bind ${folder}/resolv.conf /etc/resolv.conf &&
      exec ${process.execPath} ${main} migrate status`;

    const { code, stderr } = await runFile(['unshare', '-m', 'sh', '-c', script], {
      SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
      DATA_DIR: folder,
      DATABASE_URL: 'postgres://root@db/rookery',
    });

    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(isOneLine);
    expect(stderr).toContain('EAI_AGAIN');
  });
});

describe('an address of SQLite', slow, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-sqlite-'));
  const SECRET_KEY = '4f0c6d1be2a97385f1c0b6d47a92e38c';

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['sqlite:one.sqlite', 'one.sqlite'],
    ['sqlite://two.sqlite', 'two.sqlite'],
    ['sqlite:///three.sqlite', 'three.sqlite'],
    ['sqlite:///four.sqlite?check_same_thread=False', 'four.sqlite'],
    ['sqlite+pysqlite:///five.sqlite', 'five.sqlite'],
    [`sqlite:${folder}/six.sqlite`, 'six.sqlite'],
    [`sqlite:///${folder}/seven.sqlite`, 'seven.sqlite'],
  ])('%s is %s, as in SQLAlchemy', async (DATABASE_URL, file) => {
    const main = join(import.meta.dirname, '../../src/main.ts');
    const script = `cd ${folder} && exec ${process.execPath} ${main} migrate up`;

    const { code, stderr } = await runFile(['sh', '-c', script], {
      SECRET_KEY,
      DATA_DIR: folder,
      DATABASE_URL,
    });

    expect(code, stderr).toBe(0);
    expect(existsSync(join(folder, file))).toBe(true);
  });

  it.each(['sqlite:///', 'sqlite://', 'sqlite:////', 'sqlite:folder/'])(
    '%s names no file, and is refused',
    async (DATABASE_URL) => {
      const environment = { SECRET_KEY, DATA_DIR: folder, DATABASE_URL };

      const { code, stderr } = await runCommand(['migrate', 'status'], { environment });

      expect(code).toBe(1);
      expect(stderr).toContain('DATABASE_URL names no file');
    },
  );

  it('that earlier versions took for absolute is refused where that file exists', async () => {
    const file = join(folder, 'six.sqlite');
    const environment = { SECRET_KEY, DATA_DIR: folder, DATABASE_URL: `sqlite://${file}` };

    const { code, stderr } = await runCommand(['migrate', 'status'], { environment });

    expect(code).toBe(1);
    expect(stderr).toContain(`Write sqlite:///${file} for the file ${file}.`);
  });
});

/** Mounts of our own need root. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
