import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateDown } from '../../src/db/migrate.ts';
import {
  brokerPath,
  brokerUrl,
  type TestQueue,
  testQueue,
  whyNoBroker,
} from '../support/broker.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { aPhoto } from '../support/given.ts';
import { type Running, run } from '../support/processes.ts';

const noPostgres = (await isReached(servers.postgres)) ? null : 'PostgreSQL is not reached';
const leftOut = noPostgres ?? (await whyNoBroker());
if (leftOut) process.stderr.write(`${leftOut}: tests of several processes are left out.\n`);

const person = { username: 'alice', password: 'alice-likes-dunes' };
const soon = { timeout: 40_000, interval: 50 };

describe.skipIf(leftOut !== null)('several processes on PostgreSQL', { timeout: 90_000 }, () => {
  let dataDir: string;
  let test: TestDatabase;
  let database: Database;
  let queue: TestQueue;
  let environment: Record<string, string>;
  let running: Running[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
    test = await emptyDatabase('postgres');
    database = openDatabase(test.url);
    queue = await testQueue();
    running = [];
    environment = {
      DATABASE_URL: test.url,
      DATA_DIR: dataDir,
      SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
      PORT: '0',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
    };
  });

  afterEach(async () => {
    await Promise.all(running.map((each) => each.end()));
    await database.close();
    test.release();
    await queue.release();
    await rm(dataDir, { recursive: true, force: true });
  });

  function command(...args: string[]): Running {
    const started = run(args, environment);
    running.push(started);
    return started;
  }

  async function aServer(...args: string[]): Promise<{ url: string; server: Running }> {
    const server = command('start', ...args);
    const [, url = ''] = await server.shows(/running at (\S+)/);
    return { url, server };
  }

  async function aWorker(...args: string[]): Promise<Running> {
    const worker = command('work', ...args);
    await worker.shows(/is working/);
    return worker;
  }

  async function json(url: string, body: unknown) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as { accessToken: string };
  }

  async function signIn(url: string): Promise<string> {
    await json(`${url}/v2/accounts`, person);
    const { username: login, password } = person;
    return (await json(`${url}/v2/sessions`, { login, password })).accessToken;
  }

  async function upload(url: string, token: string): Promise<number> {
    const body = new FormData();
    body.append('file', new Blob([await aPhoto()]), 'photo.jpg');
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/v2/media`, { method: 'POST', headers, body });
    return response.status;
  }

  async function countReady(): Promise<number> {
    const rows = await database.selectFrom('media').select('state').execute();
    return rows.filter(({ state }) => state === 'ready').length;
  }

  function countDone() {
    return database.selectFrom('done_events').select('event_id').execute();
  }

  function countWaiting() {
    return database.selectFrom('outbox').select('id').execute();
  }

  it('hand a photo through RabbitMQ to a worker, which makes its variants', async () => {
    environment = { ...environment, AMQP_URL: brokerUrl, AMQP_QUEUE: queue.name };
    const { url, server } = await aServer('--no-worker');
    const worker = await aWorker();

    const status = await upload(url, await signIn(url));

    expect(status).toBe(201);
    await vi.waitFor(async () => expect(await countReady()).toBe(1), soon);
    expect(await Promise.all([server.end(), worker.end()])).toEqual([0, 0]);
    expect(await countWaiting()).toEqual([]);
  });

  it('do without each other: one serves and works, with a broker too', async () => {
    environment = { ...environment, AMQP_URL: brokerUrl, AMQP_QUEUE: queue.name };
    const { url, server } = await aServer();

    await upload(url, await signIn(url));

    await vi.waitFor(async () => expect(await countReady()).toBe(1), soon);
    expect(await server.end()).toBe(0);
    expect(await countWaiting()).toEqual([]);
  });

  it('lose and repeat no job when a worker is killed amid thirty', async () => {
    environment = { ...environment, AMQP_URL: brokerUrl, AMQP_QUEUE: queue.name };
    const { url } = await aServer('--no-worker');
    const token = await signIn(url);
    for (let i = 0; i < 30; i += 1) expect(await upload(url, token)).toBe(201);
    await vi.waitFor(async () => expect(await queue.count()).toBe(30), soon);
    const first = await aWorker('--concurrency', '4');
    await vi.waitFor(async () => expect(await countReady()).toBeGreaterThan(3), soon);

    await first.end('SIGKILL');
    const readyThen = await countReady();
    await aWorker();

    expect(readyThen).toBeLessThan(30);
    await vi.waitFor(async () => expect(await countReady()).toBe(30), soon);
    await vi.waitFor(async () => expect(await queue.count()).toBe(0), soon);
    expect(await countDone()).toHaveLength(30);
    expect(await countWaiting()).toEqual([]);
    expect(await queue.count('.dead')).toBe(0);
  });

  it('take uploads while the broker is away, and work them off after', async () => {
    const path = await brokerPath();
    environment = { ...environment, AMQP_URL: path.url, AMQP_QUEUE: queue.name };
    const { url, server } = await aServer('--no-worker');
    const worker = await aWorker();
    const token = await signIn(url);

    await path.close();
    const statuses = [await upload(url, token), await upload(url, token)];
    await server.shows(/could not be handed on; it stays/);
    const waiting = await countWaiting();
    await path.open();

    await vi.waitFor(async () => expect(await countReady()).toBe(2), soon);
    expect(statuses).toEqual([201, 201]);
    expect(waiting).toHaveLength(2);
    expect(await Promise.all([server.end(), worker.end()])).toEqual([0, 0]);
    await path.close();
  });

  it('find their jobs in the database when there is no broker', async () => {
    const { url } = await aServer('--no-worker');
    await upload(url, await signIn(url));
    const before = await countWaiting();

    const worker = await aWorker();

    expect(before).toHaveLength(1);
    await vi.waitFor(async () => expect(await countReady()).toBe(1), soon);
    expect(await worker.end()).toBe(0);
  });

  it('finish what they run before they stop', async () => {
    const { url } = await aServer('--no-worker');
    const token = await signIn(url);
    for (let i = 0; i < 6; i += 1) await upload(url, token);
    const worker = await aWorker('--concurrency', '2');
    await vi.waitFor(async () => expect(await countReady()).toBeGreaterThan(0), soon);

    const code = await worker.end();

    const [ready, waiting] = [await countReady(), await countWaiting()];
    expect(code).toBe(0);
    expect(waiting).toHaveLength(6 - ready);
  });

  it('share a port, and one that is killed is replaced', async () => {
    const { url, server } = await aServer('--processes', '2', '--no-worker');
    const pids = childrenOf(server);

    process.kill(pids[0] ?? 0, 'SIGKILL');

    await server.shows(/ended by itself and is replaced/);
    await vi.waitFor(() => expect(childrenOf(server)).toHaveLength(2), soon);
    expect(pids).toHaveLength(2);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await server.end()).toBe(0);
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  it('do not start when the schema is not there', async () => {
    await migrateDown(database);

    const server = command('start', '--processes', '2');
    await new Promise((done) => server.process.once('exit', done));

    expect(server.process.exitCode).toBe(1);
    expect(server.output().match(/migrate up/g)).toHaveLength(1);
  });
});

describe('several processes on SQLite', () => {
  it.each(['start --processes 2', 'start --no-worker', 'work'])('are refused: %s', async (line) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));

    const refused = run(line.split(' '), { DATA_DIR: dataDir });
    await new Promise((done) => refused.process.once('exit', done));

    expect(refused.process.exitCode).toBe(1);
    expect(refused.output()).toContain('SQLite belongs to one process alone');
    await rm(dataDir, { recursive: true });
  });
});

function childrenOf({ process: { pid } }: Running): number[] {
  const list = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return list.trim().split('\n').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
