import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificate } from './certificates.ts';
import { isReached } from './databases.ts';
import { freePort } from './ports.ts';

const execute = promisify(execFile);

/** A MariaDB for one test file alone. The user `rookery` has no right to write while the server is read-only. */
export type OwnMariadb = {
  port: number;
  /** Runs statements as its administrator. */
  run(sql: string): Promise<void>;
  /** Lets it keep every connection and say nothing more. */
  freeze(): void;
  thaw(): void;
  /** Kills it; the next start recovers from the log. */
  crash(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

/** @param tls a certificate that it shows to whoever wants TLS */
export async function ownMariadb(tls?: Certificate): Promise<OwnMariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-mariadb-'));
  const [data, socket, port] = [join(folder, 'data'), join(folder, 'sock'), await freePort()];
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = ['--no-defaults', `--datadir=${data}`, ...user];
  await execute('mariadb-install-db', [
    ...common,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const protection: string[] = [];
  if (tls) {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await writeFile(key, tls.key);
    await writeFile(cert, tls.cert);
    protection.push(`--ssl-key=${key}`, `--ssl-cert=${cert}`);
  }
  let server: ChildProcess;
  async function start(): Promise<void> {
    server = spawn(
      'mariadbd',
      [
        ...common,
        ...protection,
        `--port=${port}`,
        `--socket=${socket}`,
        '--bind-address=127.0.0.1',
        '--innodb-buffer-pool-size=16M',
        '--skip-log-bin',
      ],
      { stdio: 'ignore' },
    );
    while (!(await isReached({ host: '127.0.0.1', port }))) {
      if (server.exitCode !== null) throw new Error('mariadbd ended at its start.');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function crash(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  await start();

  async function run(sql: string): Promise<void> {
    await execute('mariadb', ['--no-defaults', `--socket=${socket}`, '-uroot', '-e', sql]);
  }

  const rights = 'select, insert, update, delete, create, alter, drop, index, references';
  await run(`create database rookery; create user rookery@'%' identified by 'feathers';
    grant ${rights} on rookery.* to rookery@'%'; delete from mysql.user where user = ''; flush privileges`);
  return {
    port,
    run,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    start,
    crash,
    async close() {
      await crash();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
