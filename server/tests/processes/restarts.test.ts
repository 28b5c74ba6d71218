import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { freePort } from '../support/ports.ts';
import { childrenOf, type Running, run } from '../support/processes.ts';

const isHere = await isReached(servers.postgres);
const soon = { timeout: 60_000, interval: 50 };

describe.skipIf(!isHere)('supervised processes', { timeout: 120_000 }, () => {
  let dataDir: string;
  let database: TestDatabase;
  let environment: Record<string, string>;
  let running: Running[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
    database = await emptyDatabase('postgres');
    running = [];
    environment = {
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
      PORT: '0',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
    };
  });

  afterEach(async () => {
    await Promise.all(running.map((each) => each.end()));
    database.release();
    await rm(dataDir, { recursive: true, force: true });
  });

  function command(...args: string[]): Running {
    const started = run(args, environment);
    running.push(started);
    return started;
  }

  it('are restarted one after the other at SIGHUP, and no request fails', async () => {
    const server = command('start', '--processes', '2', '--no-worker');
    const [, url = ''] = await server.shows(/running at (\S+)/);
    const before = childrenOf(server);
    const over = new AbortController();
    const statuses: Array<number | string> = [];
    const client = async () => {
      while (!over.signal.aborted) {
        const answer = await fetch(`${url}/v2/explore`).catch(String);
        statuses.push(typeof answer === 'string' ? answer : answer.status);
        if (typeof answer !== 'string') await answer.arrayBuffer();
      }
    };
    const clients = Array.from({ length: 4 }, client);

    server.process.kill('SIGHUP');
    await vi.waitFor(() => {
      const now = childrenOf(server);
      expect(now).toHaveLength(2);
      expect(now.filter((pid) => before.includes(pid))).toEqual([]);
    }, soon);
    over.abort();
    await Promise.all(clients);

    expect(before).toHaveLength(2);
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((it) => it !== 200)).toEqual([]);
    expect(server.output()).not.toMatch(/ended by itself/);
    expect(await server.end()).toBe(0);
  });

  it('tell whether they are well, also where they only work', async () => {
    const port = await freePort();
    environment.WORK_HEALTH_PORT = String(port);
    const worker = command('work');
    await worker.shows(/is working/);
    const statusOf = async (path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).status;

    await vi.waitFor(async () => expect(await statusOf('/readyz')).toBe(200), soon);

    expect(await statusOf('/livez')).toBe(200);
    expect(await worker.end()).toBe(0);
  });
});
