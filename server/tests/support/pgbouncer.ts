import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReached } from './databases.ts';
import { freePort } from './ports.ts';

/** Why tests with PgBouncer cannot run here; null when they can. */
export const pgbouncerProblem = problem();
if (pgbouncerProblem)
  process.stderr.write(`PgBouncer: ${pgbouncerProblem}; its tests are left out.\n`);

export type PgBouncer = {
  /** The same database, through the pooler in transaction mode. */
  url: string;
  close(): Promise<void>;
};

/** @param databaseUrl of a server that asks for no password */
export async function pgbouncer(databaseUrl: string, poolSize = 2): Promise<PgBouncer> {
  const { hostname, port, pathname, username } = new URL(databaseUrl);
  const own = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'rookery-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  const settings = [
    '[databases]',
    `db = host=${hostname} port=${port} user=${username} dbname=${pathname.slice(1)}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${own}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    `default_pool_size = ${poolSize}`,
  ];
  await writeFile(file, `${settings.join('\n')}\n`);
  await chmod(folder, 0o755);
  await chmod(file, 0o644);
  // It refuses to run as root.
  const argv =
    process.getuid?.() === 0 ? ['runuser', '-u', 'nobody', '--', 'pgbouncer'] : ['pgbouncer'];
  const [command, ...args] = [...argv, file];
  const server: ChildProcess = spawn(command, args, { stdio: 'ignore' });
  while (!(await isReached({ host: '127.0.0.1', port: own }))) {
    if (server.exitCode !== null) throw new Error('pgbouncer ended at its start.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url: `postgres://${username}@127.0.0.1:${own}/db`,
    async close() {
      server.kill('SIGTERM');
      await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function problem(): string | null {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'pgbouncer is not installed';
  }
}
