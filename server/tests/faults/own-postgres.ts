import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/ports.ts';

const execute = promisify(execFile);

/** A PostgreSQL for this run alone, that may be stopped without harm to anybody else. */
export type OwnPostgres = {
  url: string;
  start(): Promise<void>;
  /** Runs one statement as its administrator. */
  run(sql: string): Promise<void>;
  /** Stops without a word to its clients, as by a crash; the next start recovers from the log. */
  crash(): Promise<void>;
  /** Lets it keep every connection and say nothing more. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  close(): Promise<void>;
};

/** @param tls a certificate that it shows to whoever wants TLS */
export async function ownPostgres(tls?: { key: string; cert: string }): Promise<OwnPostgres> {
  const { stdout } = await execute('pg_config', ['--bindir']);
  const bin = stdout.trim();
  const folder = await mkdtemp(join(tmpdir(), 'rookery-postgres-'));
  const isRoot = process.getuid?.() === 0;
  // PostgreSQL refuses to run as root.
  if (isRoot) await execute('chown', ['postgres', folder]);
  const port = await freePort();
  const files = join(folder, 'data');

  const run = (name: string, ...args: string[]) => {
    const argv = [join(bin, name), ...args];
    return isRoot
      ? execute('runuser', ['-u', 'postgres', '--', ...argv], { cwd: folder })
      : execute(argv[0] ?? '', argv.slice(1), { cwd: folder });
  };

  async function start(): Promise<void> {
    const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`;
    await run('pg_ctl', '-D', files, '-l', join(folder, 'log'), '-o', options, '-w', 'start');
  }

  async function crash(): Promise<void> {
    await run('pg_ctl', '-D', files, '-m', 'immediate', '-w', 'stop');
  }

  /** Each connection has a process of its own. */
  async function signal(name: NodeJS.Signals): Promise<void> {
    const [parent = ''] = (await readFile(join(files, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(parent), name);
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    for (const child of children.split(' ').filter((pid) => pid !== '')) {
      // A connection that has just ended takes its process along.
      try {
        process.kill(Number(child), name);
      } catch {}
    }
  }

  await run('initdb', '-D', files, '-U', 'rookery', '-A', 'trust', '-E', 'UTF8');
  if (tls) {
    const [key, cert] = [join(files, 'server.key'), join(files, 'server.crt')];
    await writeFile(key, tls.key, { mode: 0o600 });
    await writeFile(cert, tls.cert);
    if (isRoot) await execute('chown', ['postgres', key, cert]);
    await appendFile(join(files, 'postgresql.conf'), 'ssl = on\n');
  }
  await start();
  await run('createdb', '-h', '127.0.0.1', '-p', String(port), '-U', 'rookery', 'rookery');
  return {
    url: `postgres://rookery@127.0.0.1:${port}/rookery`,
    start,
    async run(sql) {
      await run('psql', '-h', '127.0.0.1', '-p', String(port), '-U', 'rookery', '-qc', sql);
    },
    crash,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async close() {
      await signal('SIGCONT').catch(() => {});
      await crash().catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}
