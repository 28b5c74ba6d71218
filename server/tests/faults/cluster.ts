import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { type BrokerPath, brokerPath, type TestQueue, testQueue } from '../support/broker.ts';
import { command } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { type Running, run } from '../support/processes.ts';
import { type RedisServer, redisServer } from '../support/redis.ts';
import { emptyBucket, s3Environment } from '../support/s3.ts';
import { requireNginx } from '../support/shipped-nginx.ts';
import { type MailServer, mailServer } from '../support/smtp.ts';
import { type FaultyDatabase, faultyDatabases } from './faulty-database.ts';
import { startNginx } from './nginx.ts';
import { type OwnVhost, ownVhost } from './own-vhost.ts';

const execute = promisify(execFile);

/** Two web processes and a worker behind nginx, on services that may be disturbed. */
export type Cluster = {
  /** Through nginx. */
  url: string;
  /** Each web process by itself. */
  webUrls: readonly string[];
  webs: readonly Running[];
  /** Starts one of them again, by its place. */
  startWeb(index: number): Promise<void>;
  database: Database;
  server: FaultyDatabase;
  /** Where uploads wait; 40 MB that can be filled, or null where this run may not mount. */
  smallDisk: string | null;
  redis: RedisServer;
  broker: BrokerPath;
  queue: TestQueue;
  vhost: OwnVhost;
  mail: MailServer;
  /** Stops radosgw in its tracks, or lets it go on. */
  signalStore(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  worker(): Running;
  startWorker(): Promise<void>;
  close(): Promise<void>;
};

export type EngineName = keyof typeof faultyDatabases;

export async function startCluster(engine: EngineName): Promise<Cluster> {
  requireNginx();
  const closing: Array<() => Promise<unknown>> = [];
  async function close(): Promise<void> {
    for (const each of closing.reverse()) await each();
  }
  try {
    return await start(engine, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  engine: EngineName,
  closing: Array<() => Promise<unknown>>,
  close: () => Promise<void>,
): Promise<Cluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rookery-cluster-'));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));
  const smallDisk = await mounted(dataDir);
  if (smallDisk) closing.push(() => execute('umount', [dataDir]));
  const server = await faultyDatabases[engine]();
  closing.push(() => server.close());
  const redis = await redisServer();
  closing.push(() => redis.close());
  const vhost = await ownVhost();
  closing.push(() => vhost.delete());
  const queue = await testQueue(vhost.url);
  const broker = await brokerPath(vhost.name);
  closing.push(() => broker.close());
  const mail = await mailServer();
  closing.push(() => mail.stop());
  const store = await emptyBucket();
  const [port, ...webPorts] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    DATABASE_URL: server.url,
    DATA_DIR: dataDir,
    REDIS_URL: redis.url,
    AMQP_URL: broker.url,
    AMQP_QUEUE: queue.name,
    ...s3Environment(store),
    SMTP_URL: mail.url,
    MAIL_DEFAULT_SENDER: 'no-reply@example.com',
    SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
    PUBLIC_URL: url,
    TRUSTED_PROXIES: '127.0.0.1',
    LOG_LEVEL: 'warn',
  };
  const migrated = await command(['migrate', 'up'], environment);
  if (migrated.code !== 0) throw new Error(`migrate up: ${migrated.err}${migrated.out}`);

  const webs: Running[] = [];
  async function startWeb(index: number): Promise<void> {
    const web = run(['start', '--no-worker'], { ...environment, PORT: String(webPorts[index]) });
    webs[index] = web;
    await web.shows(/running at/);
  }
  closing.push(() => Promise.all(webs.map((web) => web.end('SIGKILL'))));
  await Promise.all(webPorts.map((_port, index) => startWeb(index)));
  const webUrls = webPorts.map((own) => `http://127.0.0.1:${own}`);
  const nginx = await startNginx(port ?? 0, webUrls);
  closing.push(() => nginx.close());
  const database = openDatabase(server.adminUrl, 2);
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
    startWeb,
    database,
    server,
    smallDisk,
    redis,
    broker,
    queue,
    vhost,
    mail,
    signalStore,
    worker: () => worker,
    startWorker,
    close,
  };
}

/** Only root may. */
function mounted(folder: string): Promise<string | null> {
  return execute('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'rookery-faults', folder]).then(
    () => folder,
    () => null,
  );
}

async function signalStore(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const file = join(tmpdir(), `rookery-radosgw-${process.pid}`, 'pids');
  const pids = (await readFile(file, 'utf8')).trim().split('\n');
  process.kill(Number(pids.at(-1)), signal);
}
