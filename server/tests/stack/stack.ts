import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { ownPostgres } from '../faults/own-postgres.ts';
import { command } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { type Running, run } from '../support/processes.ts';
import { requireNginx, type ShippedNginx, startShippedNginx } from '../support/shipped-nginx.ts';

/** Two web processes and a worker on a PostgreSQL of their own, behind nginx with the shipped file. */
export type Stack = {
  /** Through nginx. */
  url: string;
  nginx: ShippedNginx;
  database: Database;
  /** Stops one of the web processes as a service manager does, and starts it again. Resolves when it serves. */
  restart(index: 0 | 1): Promise<void>;
  close(): Promise<void>;
};

export async function startStack(): Promise<Stack> {
  requireNginx();
  const closing: Array<() => Promise<unknown>> = [];
  const close = async () => {
    for (const each of closing.reverse()) await each();
  };
  try {
    return { ...(await start(closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(closing: Array<() => Promise<unknown>>): Promise<Omit<Stack, 'close'>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rookery-stack-'));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await ownPostgres();
  closing.push(() => postgres.close());
  const [port, ...webPorts] = [await freePort(), await freePort(), await freePort()];
  const environment = {
    DATABASE_URL: postgres.url,
    DATA_DIR: dataDir,
    SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'warn',
  };
  const migrated = await command(['migrate', 'up'], environment);
  if (migrated.code !== 0) throw new Error(`migrate up: ${migrated.err}${migrated.out}`);

  async function startWeb(own: number): Promise<Running> {
    const web = run(['start', '--no-worker'], { ...environment, PORT: String(own) });
    await web.shows(/running at/);
    return web;
  }

  const webs = await Promise.all(webPorts.map(startWeb));
  closing.push(() => Promise.all(webs.map((web) => web.end('SIGKILL'))));
  const worker = run(['work'], environment);
  closing.push(() => worker.end('SIGKILL'));
  await worker.shows(/is working/);
  const nginx = await startShippedNginx({
    port: port ?? 0,
    webs: [`http://127.0.0.1:${webPorts[0]}`, `http://127.0.0.1:${webPorts[1]}`],
  });
  closing.push(() => nginx.close());
  const database = openDatabase(postgres.url, 2);
  closing.push(() => database.close());

  return {
    url: nginx.url,
    nginx,
    database,
    async restart(index) {
      const code = await webs[index]?.end();
      if (code !== 0) throw new Error(`A web process ended with ${code}: ${webs[index]?.output()}`);
      webs[index] = await startWeb(webPorts[index] ?? 0);
    },
  };
}
