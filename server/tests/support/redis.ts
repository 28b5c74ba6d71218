import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { isReached } from './databases.ts';
import { freePort } from './ports.ts';

/** A Redis for one test file alone, that may be stopped, frozen and emptied. */
export type RedisServer = {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes connections and commands, and answers none: a black hole. */
  freeze(): void;
  thaw(): void;
  /** Runs one command, such as `FLUSHALL`. */
  command(name: string, ...args: string[]): Promise<unknown>;
  close(): Promise<void>;
};

export const hasRedisServer = isInstalled();
if (!hasRedisServer) {
  process.stderr.write('redis-server is not installed: tests that need it are left out.\n');
}

/** Starts a Redis that keeps nothing on disk. @param more options of its command line */
export async function redisServer(...more: string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-redis-'));
  const port = await freePort();
  const address = { host: '127.0.0.1', port };
  const args = [
    '--port',
    String(port),
    '--bind',
    address.host,
    '--save',
    '',
    '--dir',
    folder,
    ...more,
  ];
  let server: ChildProcess;

  async function start(): Promise<void> {
    server = spawn('redis-server', args, { stdio: 'ignore' });
    while (!(await isReached(address)));
  }

  async function stop(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  await start();
  return {
    url: `redis://${address.host}:${port}/0`,
    start,
    stop,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async command(name, ...values) {
      const client = new Redis(port, address.host);
      try {
        return await client.call(name, ...values);
      } finally {
        client.disconnect();
      }
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
