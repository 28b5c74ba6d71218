import { setInterval as every } from 'node:timers';
import pino, { type Logger } from 'pino';
import { localBus } from '../adapters/bus/local.ts';
import { rabbitBus } from '../adapters/bus/rabbitmq.ts';
import { memoryCounters, noCounters } from '../adapters/cache/memory.ts';
import { type RedisCache, redisCache } from '../adapters/cache/redis.ts';
import { sharpImages } from '../adapters/images/sharp.ts';
import { argon2Hasher } from '../adapters/passwords/argon2.ts';
import { joseSigner } from '../adapters/tokens/jose.ts';
import type { Services } from '../contracts/contract.ts';
import type { Database } from '../db/database.ts';
import { idLeases } from '../db/ids.ts';
import { accountPurge } from '../domain/accounts/account-purge.ts';
import { accountService } from '../domain/accounts/account-service.ts';
import { auditLog } from '../domain/audit/audit-log.ts';
import { feedMemory, noFeedMemory } from '../domain/feeds/feed-memory.ts';
import { feedService } from '../domain/feeds/feed-service.ts';
import { followService } from '../domain/follows/follow-service.ts';
import { type Janitor, janitor } from '../domain/janitor.ts';
import { mediaService } from '../domain/media/media-service.ts';
import { type MediaSweep, mediaSweep } from '../domain/media/media-sweep.ts';
import { liveEvents } from '../domain/notifications/live-events.ts';
import { notificationService } from '../domain/notifications/notification-service.ts';
import { notifier } from '../domain/notifications/notifier.ts';
import { timeKeys } from '../domain/paging.ts';
import type { BlobStore, Bus, Counters, Images, Now } from '../domain/ports.ts';
import { postService } from '../domain/posts/post-service.ts';
import { sessionService } from '../domain/sessions/session-service.ts';
import { type Relay, relay } from '../jobs/relay.ts';
import { subscriptions } from '../jobs/subscriptions.ts';
import { worker } from '../jobs/worker.ts';
import { openBlobs } from './blobs.ts';
import type { Config } from './config.ts';
import { openCurrentDatabase } from './schema.ts';

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
  services: Services;
  relay: Relay;
  sweep: Janitor;
  sweepMedia: MediaSweep;
  /** Starts the worker: events are handled from now on, and what has outlived its use is removed. */
  startWork(): Promise<void>;
  /** Starts what a process without a worker does: it hands events on to a broker. Without one they wait for a worker. */
  startHandingOn(): void;
  /** Lets running jobs end, then closes everything in reverse order. */
  close(): Promise<void>;
};

export type AppOptions = {
  now?: Now;
  log?: Logger;
  /** How many events this process handles at once. */
  concurrency?: number;
};

const defaultConcurrency = 8;
const sweepIntervalMs = 10 * 60 * 1000;

/**
 * Opens the adapters and builds the services. The schema is brought up to date where nobody else uses the database.
 * @throws SetupError when the database cannot be used
 */
export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? newLog(config);
  const { concurrency = defaultConcurrency } = options;
  const database = await openCurrentDatabase(config);
  const { blobs, bus, cache, images } = await openMachines(config, { log, concurrency });
  // Apart from each other, so that a flood of addresses cannot make memory forget wrong passwords.
  const [loginCounters, requestCounters] = [newCounters(), newCounters()];
  const machines = { now, log, database, blobs, images, counters: loginCounters };
  const { services, ...forJobs } = buildServices(config, machines);
  const { media } = services;
  const sweep = janitor({ database, now, media });
  const events = relay({ database, bus, now, log, concurrency });
  const handle = worker({
    database,
    now,
    log,
    chance: Math.random,
    subscriptions: subscriptions({ media, ...forJobs }),
  });
  // Here the relay of a command is the worker, too; a command must not take events from a broker and then end.
  if (!config.amqp) await bus.consume(handle);
  let sweeping: NodeJS.Timeout | undefined;

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
    services,
    relay: events,
    sweep,
    sweepMedia: mediaSweep({ database, now, blobs }),
    async startWork() {
      if (config.amqp) await bus.consume(handle);
      events.start();
      sweeping = every(() => {
        sweep().catch((err: unknown) => log.warn({ err }, 'the sweep failed; it is tried again'));
      }, sweepIntervalMs);
    },
    startHandingOn() {
      if (config.amqp) events.start();
    },
    async close() {
      services.live.stop();
      clearInterval(sweeping);
      await events.stop();
      await bus.close();
      await cache?.close();
      await blobs.close();
      await database.close();
    },
  };
}

/** Where files are kept, what carries events, counts and reads pictures, as the configuration names them. */
export async function openMachines(
  config: Config,
  { log, concurrency = defaultConcurrency }: { log: Logger; concurrency?: number },
): Promise<Pick<App, 'blobs' | 'bus' | 'cache' | 'images'>> {
  return {
    blobs: await openBlobs(config),
    bus: config.amqp ? rabbitBus({ ...config.amqp, concurrency, log }) : localBus(),
    cache: config.redisUrl === null ? null : openCache(config.redisUrl, log),
    images: sharpImages({
      concurrency: config.concurrency,
      maxPixels: config.media.maxPixels,
    }),
  };
}

function openCache(url: string, log: Logger): RedisCache {
  return redisCache({
    url,
    onTrouble: (reason) =>
      log.warn({ reason }, 'Redis does not answer; this process counts for itself'),
  });
}

type Machines = {
  now: Now;
  log: Logger;
  database: Database;
  blobs: BlobStore;
  images: Images;
  /** Wrong passwords. */
  counters: Counters;
};

function buildServices(config: Config, machines: Machines) {
  const { now, log, database, blobs, images } = machines;
  const newId = idLeases(database);
  const newKey = timeKeys(now);
  const passwords = argon2Hasher({ concurrency: config.concurrency });
  const tokens = joseSigner({ secret: config.secretKey, now });
  const counters = config.hasRateLimits ? machines.counters : noCounters;
  const memory = database.isEmbedded ? feedMemory(database) : noFeedMemory;
  const { maxBytes, quotaBytes } = config.media;

  const audit = auditLog({ now, newKey });
  const accounts = accountService({ database, newId, now, passwords, signUps: config.signUps });
  const sessions = sessionService({ database, newId, now, passwords, tokens, counters, audit });
  const media = mediaService({ database, newId, now, blobs, images, maxBytes, quotaBytes });
  const posts = postService({ database, newId, newKey, now, media, feedMemory: memory });
  const follows = followService({ database, newKey, now, feedMemory: memory, accounts });
  const feeds = feedService({ database, feedMemory: memory, accounts });
  const purgeAccount = accountPurge({ database, now, feedMemory: memory, follows, media, posts });
  const notifications = notificationService({ database, newKey });
  const live = liveEvents({
    database,
    now,
    maxStreams: config.live.maxStreams,
    onTrouble: (err) => log.warn({ err }, 'live connections are told nothing for now'),
  });
  const people = { accounts, sessions, follows, notifications, live };
  const services: Services = { ...people, media, posts, feeds };
  return { services, purgeAccount, posts, notifier: notifier({ database, now, newKey }) };
}

/** JSON lines. Whatever carries a secret is struck out before it is written. */
export function newLog(config: Config): Logger {
  return pino({
    level: config.logLevel,
    redact: {
      // Some drivers put the statement with its values into their errors.
      paths: [
        'err.sql',
        'err.sqlMessage',
        'req.headers.authorization',
        'req.headers.cookie',
        '*.password',
        '*.refreshToken',
      ],
      censor: '[struck out]',
    },
  });
}
