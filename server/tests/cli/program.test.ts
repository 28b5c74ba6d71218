import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { run as runHere } from '../../src/cli/program.ts';
import { cleanUp, runCommand, runFile, temporaryFolder } from '../support/process.ts';
import { run } from '../support/processes.ts';

/** Root may write everywhere; without its capabilities it is like anybody else. */
const asAnybody =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : [];
const canBeAnybody = spawnSync(asAnybody[0] ?? 'true', ['--version']).status === 0;

describe('the program', () => {
  afterEach(cleanUp);

  it.each([
    '--help',
    'start --help',
    'init --help',
    'migrate --help',
    'migrate up --help',
    'migrate down --help',
    'migrate status --help',
    'seed --help',
    'shell --help',
    'routes --help',
    'openapi --help',
    'admin --help',
    'admin create --help',
    'import --help',
    'import accounts --help',
    'doctor --help',
  ])('explains itself: %s', async (line) => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);

    const code = await runHere(line.split(' '));
    const text = written.mock.calls.map(([chunk]) => String(chunk)).join('');
    written.mockRestore();

    expect(code).toBe(0);
    expect(text).toMatch(/^Usage: rookery /);
  });

  it('explains itself in a process of its own', async () => {
    const { code, stdout, stderr } = await runCommand(['--help']);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: rookery [\s\S]*start[\s\S]*doctor/);
  });

  it('prints its version', async () => {
    const { code, stdout } = await runCommand(['--version']);

    expect([code, stdout]).toEqual([0, '0.1.0\n']);
  });

  it('suggests the command that was meant', async () => {
    const { code, stderr } = await runCommand(['strat']);

    expect(code).toBe(2);
    expect(stderr).toContain("unknown command 'strat'");
    expect(stderr).toContain('Did you mean start?');
  });

  it.each(['start --nope', 'start --port many', 'start --port 70000', 'outbox retry', 'migrate'])(
    'exits with 2 when the command line cannot be meant: %s',
    async (line) => {
      const { code, stderr } = await runCommand(line.split(' '));

      expect(code).toBe(2);
      expect(stderr).not.toContain('    at ');
    },
  );

  it('says every fault of the configuration at once', async () => {
    const environment = { PORT: '70000', LOG_LEVEL: 'loud', CONTRACTS: 'v2,nope' };
    const { code, stderr } = await runCommand(['start'], { environment });

    expect(code).toBe(1);
    expect(stderr).toContain('PORT ');
    expect(stderr).toContain('LOG_LEVEL ');
    expect(stderr).toContain('CONTRACTS names nope');
    expect(stderr).not.toContain('    at ');
  });

  it('ends quietly when its output is not read to the end', async () => {
    const { code, stderr } = await runFile(
      ['bash', '-c', 'set -o pipefail; "$NODE" server/src/main.ts openapi | head -n 1'],
      { NODE: process.execPath, DATA_DIR: temporaryFolder() },
    );

    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('a start that cannot be', () => {
  afterEach(cleanUp);

  it('names the port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const port = String((other.address() as { port: number }).port);

    const { code, stderr } = await start({ PORT: port, DATA_DIR: temporaryFolder() });
    other.close();

    expect([code, stderr]).toEqual([
      1,
      `rookery: Port ${port} of 127.0.0.1 is in use. Stop the program that has it, or set PORT to another.\n`,
    ]);
  });

  it('lets flags stand in for the settings', async () => {
    const environment = { PORT: '1', HOST: '127.0.0.1', DATA_DIR: temporaryFolder() };
    const program = run(['start', '--port', '0', '--host', '127.0.0.2'], environment);
    const [, url] = await program.shows(/running at (http:\S+)/);
    const { status } = await fetch(`${url}/livez`);

    expect([status, await program.end()]).toEqual([200, 0]);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.2:\d{4,5}$/);
  });

  it('names the file that is no database', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'rookery.sqlite');
    writeFileSync(file, 'These are words.'.repeat(1000));

    const { code, stderr } = await start({ DATA_DIR: folder });

    expect([code, stderr]).toEqual([
      1,
      `rookery: ${file} is no SQLite database. Move it away, or name another file in DATABASE_URL.\n`,
    ]);
  });

  it('names the data folder that is a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');

    const { code, stderr } = await start({ DATA_DIR: file });

    expect(code).toBe(1);
    expect(stderr).toContain(`DATA_DIR=${file} cannot be used`);
    expect(stderr).not.toContain('    at ');
  });

  it.runIf(canBeAnybody)('names the data folder that may only be read', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);

    const empty = await start({ DATA_DIR: folder }, asAnybody);
    chmodSync(folder, 0o700);
    await runCommand(['migrate', 'up'], { environment: { DATA_DIR: folder } });
    chmodSync(join(folder, 'rookery.sqlite'), 0o400);
    const full = await start({ DATA_DIR: folder }, asAnybody);

    expect([empty.code, full.code]).toEqual([1, 1]);
    expect(empty.stderr).toContain(`DATA_DIR=${folder} cannot be used: EACCES`);
    expect(full.stderr).toBe(
      `rookery: The database ${folder}/rookery.sqlite cannot be written. Give this user the right to write it and its folder.\n`,
    );
  });
});

function start(environment: Record<string, string>, through: readonly string[] = []) {
  const all = { PORT: '0', LOG_LEVEL: 'warn', ...environment };
  return runCommand(['start'], { environment: all, through });
}
