import { setInterval as every } from 'node:timers';
import type { Logger } from 'pino';
import { memoryCounters } from '../adapters/cache/memory.ts';
import type { RedisCache } from '../adapters/cache/redis.ts';
import type { Services } from '../contracts/services.ts';
import type { Database } from '../db/database.ts';
import { readNewestKey } from '../db/keys.ts';
import { minuteMs } from '../domain/durations.ts';
import type { AccountImport } from '../domain/imports/account-import.ts';
import { type Janitor, janitor } from '../domain/janitor.ts';
import { type MediaSweep, mediaSweep } from '../domain/media/media-sweep.ts';
import type {
  BlobStore,
  Broadcast,
  Bus,
  Counters,
  Images,
  Now,
  PasswordHasher,
} from '../domain/ports.ts';
import { brokerWorker } from '../jobs/broker-worker.ts';
import { type Relay, relay } from '../jobs/relay.ts';
import { type StorageSweep, storageSweep } from '../jobs/storage-sweep.ts';
import { type Subscriptions, subscriptions } from '../jobs/subscriptions.ts';
import { eventsTogether } from '../jobs/together.ts';
import { worker } from '../jobs/worker.ts';
import { backupTimes } from './backups.ts';
import { openBroadcast } from './broadcast.ts';
import { clockNotice } from './clock-notice.ts';
import type { Config } from './config.ts';
import { dailyBackup } from './daily-backup.ts';
import { type Dependency, dependenciesOf } from './dependencies.ts';
import { openIdentityProviders } from './identity-providers.ts';
import { newLog } from './log.ts';
import { defaultConcurrency, openMachines } from './machines.ts';
import type { Metrics } from './metrics/metrics.ts';
import { watchOpenFiles } from './open-files.ts';
import { tellOfPush } from './push.ts';
import { openCurrentDatabase } from './schema.ts';
import { buildServices } from './services.ts';
import type { Traces } from './traces/traces.ts';

/** Everything that a running program consists of, but for its HTTP side. */
export type App = {
  config: Config;
  log: Logger;
  database: Database;
  blobs: BlobStore;
  bus: Bus;
  images: Images;
  /** Null where no Redis is configured. */
  cache: RedisCache | null;
  /** Requests of each address; together with the other processes where there is Redis. */
  requestCounters: Counters;
  /** What processes tell each other. */
  broadcast: Broadcast;
  /** What `/readyz` asks. */
  dependencies: Dependency[];
  services: Services;
  importAccounts: AccountImport;
  /** What follows from what. */
  subscriptions: Subscriptions;
  /** Null where nothing is measured. */
  metrics: Metrics | null;
  /** Null where nothing is traced. */
  traces: Traces | null;
  relay: Relay;
  sweep: Janitor;
  sweepMedia: MediaSweep;
  sweepStorage: StorageSweep;
  /** Starts the worker: events are handled from now on, and what has outlived its use is removed. */
  startWork(): Promise<void>;
  /** Starts what a process without a worker does: it hands events on to a broker. Without one they wait for a worker. */
  startHandingOn(): void;
  /** Lets running jobs end, then closes everything in reverse order. */
  close(): Promise<void>;
};

export type AppOptions = {
  now?: Now;
  /** Open and with the current schema, in place of the one that the configuration names; `close` closes it. */
  database?: Database | undefined;
  /** In place of argon2id at full cost, which is most of the time that tests with people take. */
  passwords?: PasswordHasher;
  log?: Logger;
  /** How many events this process handles at once. */
  concurrency?: number;
  /** Whether this process lasts, so that it is worth measuring (`METRICS_PORT`). */
  isLasting?: boolean;
};

/** How many events wait for a broker's confirm at once. */
const publishedAtOnce = 64;
const sweepIntervalMs = 10 * minuteMs;

/**
 * Opens the adapters and builds the services. The schema is brought up to date where nobody else uses the database.
 * @throws SetupError when the database cannot be used
 */
export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? (await newLog(config, { isLasting: options.isLasting === true }));
  const { concurrency = defaultConcurrency } = options;
  const traces = options.isLasting ? await startTraces(config, log) : null;
  const database =
    options.database ?? (await openCurrentDatabase(config, (line) => log.info(line)));
  const { blobs, bus, cache, images, mailer, texts, senders } = await openMachines(config, {
    log,
    concurrency,
    now,
  });
  // Apart from each other, so that a flood of addresses cannot make memory forget wrong passwords.
  const [loginCounters, requestCounters] = [newCounters(), newCounters()];
  const broadcast = await openBroadcast(config, { database, now, log });
  database.onMessage((message) => broadcast.send(message));
  const newestKey = await readNewestKey(database);
  const providers = await openIdentityProviders(config.identity, now);
  const machines = {
    now,
    log,
    database,
    blobs,
    images,
    mailer,
    texts,
    senders,
    broadcast,
    providers,
  };
  const { services, jobs, importAccounts } = buildServices(config, {
    ...machines,
    newestKey,
    passwords: options.passwords,
    counters: loginCounters,
  });
  const { media } = services;
  const sweep = janitor({ database, now, media });
  const sweepMedia = mediaSweep({ database, now, blobs });
  const sweepStorage = storageSweep({ database, now, blobs, sweepMedia, log });
  const backups = dailyBackup({ config, database, now, log });
  const followUps = subscriptions({ ...jobs, backups });
  const handle = worker({
    database,
    now,
    log,
    chance: Math.random,
    subscriptions: followUps,
  });
  const together = eventsTogether(followUps);
  // With a broker, all events go to the workers behind it.
  const own = config.amqp ? null : together;
  const atOnce = config.amqp ? publishedAtOnce : concurrency;
  const events = relay({ database, bus, now, log, concurrency: atOnce, together: own });
  const metrics = options.isLasting
    ? await startMetrics(config, { database, now, services })
    : null;
  // Here the relay of a command is the worker, too; a command must not take events from a broker and then end.
  if (!config.amqp) await bus.consume(handle);
  let sweeping: NodeJS.Timeout | undefined;
  let endWatch = () => {};

  function tellNotices(): void {
    for (const { text } of config.notices) log.warn(text);
    const clock = clockNotice(newestKey, now());
    if (clock !== null) log.warn(clock);
    endWatch = watchOpenFiles(log);
  }

  function sweepEach(sweeps: ReadonlyArray<() => Promise<void>>): void {
    const failed = (err: unknown) => log.warn({ err }, 'a sweep failed; it is tried again');
    sweeping = every(() => {
      for (const run of sweeps) run().catch(failed);
    }, sweepIntervalMs);
  }

  function newCounters(): Counters {
    const inMemory = memoryCounters({ now });
    return cache?.counters(inMemory) ?? inMemory;
  }

  return {
    config,
    log,
    database,
    blobs,
    bus,
    images,
    cache,
    requestCounters,
    broadcast,
    dependencies: dependenciesOf({ database, blobs, cache, bus: config.amqp ? bus : null }),
    services,
    importAccounts,
    subscriptions: followUps,
    metrics,
    traces,
    relay: events,
    sweep,
    sweepMedia,
    sweepStorage,
    async startWork() {
      if (config.amqp) await bus.consume(brokerWorker({ database, now, handle, together }));
      tellNotices();
      tellOfPush(config.push, log);
      events.start();
      backups.start();
      sweepEach([sweep, sweepStorage.discardUnkept, sweepStorage.sweepDaily]);
    },
    startHandingOn() {
      tellNotices();
      // Uploads wait on the disk of this machine, which may have no worker.
      sweepEach([sweepStorage.discardUnkept]);
      if (config.amqp) events.start();
    },
    async close() {
      clearInterval(sweeping);
      backups.stop();
      endWatch();
      services.live.stop();
      await events.stop();
      await bus.close();
      await broadcast.close();
      await cache?.close();
      await mailer.close();
      await blobs.close();
      await metrics?.close();
      await database.close();
      await traces?.close();
    },
  };
}

/** The library is loaded where something is traced. */
async function startTraces({ traces }: Config, log: Logger): Promise<Traces | null> {
  if (!traces) return null;
  const { openTraces } = await import('./traces/traces.ts');
  return openTraces(traces, log);
}

/** The library is loaded where something is measured. @throws SetupError when the port cannot be had */
async function startMetrics(
  config: Config,
  { services, ...needs }: Pick<App, 'database' | 'services'> & { now: Now },
): Promise<Metrics | null> {
  const { metrics: address, backup } = config;
  if (!address) return null;
  const { openMetrics } = await import('./metrics/metrics.ts');
  try {
    return await openMetrics({
      ...needs,
      address,
      countStreams: () => services.live.count(),
      readBackups: backup.to === null ? null : () => backupTimes(config),
    });
  } catch (error) {
    // Its connections would keep the process from its end.
    await needs.database.close();
    throw error;
  }
}
