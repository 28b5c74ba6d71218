import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { ownPostgres } from '../faults/own-postgres.ts';
import { command } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { childrenOf, type Running, run } from '../support/processes.ts';
import { requireNginx, type ShippedNginx, startShippedNginx } from '../support/shipped-nginx.ts';

/** Two web processes and a worker on a PostgreSQL of their own, behind nginx with the shipped file. */
export type Stack = {
  /** Through nginx. */
  url: string;
  nginx: ShippedNginx;
  database: Database;
  /** Stops one of the web processes as a service manager does, and starts it again. Resolves when it serves. */
  restart(index: 0 | 1): Promise<void>;
  /** Starts two more web processes on the same data, under one command and without nginx. */
  startSupervised(): Promise<Supervised>;
  close(): Promise<void>;
};

export type Supervised = {
  url: string;
  /** Sends SIGHUP. Resolves when other processes have taken the place of all. */
  restart: () => Promise<void>;
  end: () => Promise<unknown>;
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
    startSupervised: () => startSupervised(environment),
  };
}

async function startSupervised(environment: Record<string, string>): Promise<Supervised> {
  const args = ['start', '--processes', '2', '--no-worker'];
  const server = run(args, { ...environment, PORT: String(await freePort()) });
  const [, url = ''] = await server.shows(/running at (\S+)/);
  return {
    url,
    async restart() {
      const before = childrenOf(server);
      server.process.kill('SIGHUP');
      for (;;) {
        const now = childrenOf(server);
        if (now.length === 2 && !now.some((pid) => before.includes(pid))) return;
        await sleep(50);
      }
    },
    end: () => server.end(),
  };
}
