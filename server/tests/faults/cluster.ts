import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { type BrokerPath, brokerPath, type TestQueue, testQueue } from '../support/broker.ts';
import { command } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { type Running, run } from '../support/processes.ts';
import { type RedisServer, redisServer } from '../support/redis.ts';
import { emptyBucket, s3Environment } from '../support/s3.ts';
import { requireNginx } from '../support/shipped-nginx.ts';
import { startNginx } from './nginx.ts';
import { type OwnPostgres, ownPostgres } from './own-postgres.ts';

/** Two web processes and a worker behind nginx, on services that may be disturbed. */
export type Cluster = {
  /** Through nginx. */
  url: string;
  /** Each web process by itself. */
  webUrls: readonly string[];
  webs: readonly Running[];
  database: Database;
  postgres: OwnPostgres;
  redis: RedisServer;
  broker: BrokerPath;
  queue: TestQueue;
  /** Stops radosgw in its tracks, or lets it go on. */
  signalStore(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  worker(): Running;
  startWorker(): Promise<void>;
  close(): Promise<void>;
};

export async function startCluster(): Promise<Cluster> {
  requireNginx();
  const closing: Array<() => Promise<unknown>> = [];
  async function close(): Promise<void> {
    for (const each of closing.reverse()) await each();
  }
  try {
    return await start(closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  closing: Array<() => Promise<unknown>>,
  close: () => Promise<void>,
): Promise<Cluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rookery-cluster-'));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await ownPostgres();
  closing.push(() => postgres.close());
  const redis = await redisServer();
  closing.push(() => redis.close());
  const queue = await testQueue();
  closing.push(() => queue.release());
  const broker = await brokerPath();
  closing.push(() => broker.close());
  const store = await emptyBucket();
  const [port, ...webPorts] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    DATABASE_URL: postgres.url,
    DATA_DIR: dataDir,
    REDIS_URL: redis.url,
    AMQP_URL: broker.url,
    AMQP_QUEUE: queue.name,
    ...s3Environment(store),
    SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
    PUBLIC_URL: url,
    TRUSTED_PROXIES: '127.0.0.1',
    LOG_LEVEL: 'warn',
  };
  const migrated = await command(['migrate', 'up'], environment);
  if (migrated.code !== 0) throw new Error(`migrate up: ${migrated.err}${migrated.out}`);

  const webs = webPorts.map((own) =>
    run(['start', '--no-worker'], { ...environment, PORT: String(own) }),
  );
  for (const web of webs) closing.push(() => web.end('SIGKILL'));
  await Promise.all(webs.map((web) => web.shows(/running at/)));
  const webUrls = webPorts.map((own) => `http://127.0.0.1:${own}`);
  const nginx = await startNginx(port ?? 0, webUrls);
  closing.push(() => nginx.close());
  const database = openDatabase(postgres.url, 2);
  closing.push(() => database.close());

  let worker: Running;
  async function startWorker(): Promise<void> {
    worker = run(['work', '--concurrency', '4'], environment);
    await worker.shows(/is working/);
  }
  closing.push(async () => worker?.end('SIGKILL'));
  await startWorker();
  return {
    url,
    webUrls,
    webs,
    database,
    postgres,
    redis,
    broker,
    queue,
    signalStore,
    worker: () => worker,
    startWorker,
    close,
  };
}

async function signalStore(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const file = join(tmpdir(), `rookery-radosgw-${process.pid}`, 'pids');
  const pids = (await readFile(file, 'utf8')).trim().split('\n');
  process.kill(Number(pids.at(-1)), signal);
}
