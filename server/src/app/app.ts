import { setInterval as every } from 'node:timers';
import pino, { type Logger } from 'pino';
import { localBus } from '../adapters/bus/local.ts';
import { memoryCounters, noCounters } from '../adapters/cache/memory.ts';
import { sharpImages } from '../adapters/images/sharp.ts';
import { argon2Hasher } from '../adapters/passwords/argon2.ts';
import { joseSigner } from '../adapters/tokens/jose.ts';
import type { Services } from '../contracts/contract.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { idLeases } from '../db/ids.ts';
import { migrateUp, schemaProblems } from '../db/migrate.ts';
import { accountPurge } from '../domain/accounts/account-purge.ts';
import { accountService } from '../domain/accounts/account-service.ts';
import { feedMemory, noFeedMemory } from '../domain/feeds/feed-memory.ts';
import { feedService } from '../domain/feeds/feed-service.ts';
import { followService } from '../domain/follows/follow-service.ts';
import { type Janitor, janitor } from '../domain/janitor.ts';
import { mediaService } from '../domain/media/media-service.ts';
import { type MediaSweep, mediaSweep } from '../domain/media/media-sweep.ts';
import { timeKeys } from '../domain/paging.ts';
import type { BlobStore, Images, Now } from '../domain/ports.ts';
import { postService } from '../domain/posts/post-service.ts';
import { sessionService } from '../domain/sessions/session-service.ts';
import { type Relay, relay } from '../jobs/relay.ts';
import { subscriptions } from '../jobs/subscriptions.ts';
import { worker } from '../jobs/worker.ts';
import { openBlobs } from './blobs.ts';
import type { Config } from './config.ts';
import { SetupError, withUsableDatabase } from './setup-error.ts';

/** Everything that a running program consists of, but for its HTTP side. */
export type App = {
  config: Config;
  log: Logger;
  database: Database;
  blobs: BlobStore;
  images: Images;
  services: Services;
  relay: Relay;
  sweep: Janitor;
  sweepMedia: MediaSweep;
  /** Starts the worker: events are handled from now on, and what has outlived its use is removed. */
  startWork(): void;
  /** Lets running jobs end, then closes everything in reverse order. */
  close(): Promise<void>;
};

export type AppOptions = {
  now?: Now;
  log?: Logger;
};

const sweepIntervalMs = 10 * 60 * 1000;

/**
 * Opens the adapters and builds the services. The schema is brought up to date where nobody else uses the database.
 * @throws SetupError when the database cannot be used
 */
export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? newLog(config);
  const database = await openMigrated(config);
  const { blobs, images } = await openMachines(config);
  const bus = localBus();
  const { services, purgeAccount, posts } = buildServices(config, { now, database, blobs, images });
  const { media } = services;
  const sweep = janitor({ database, now, media });
  const events = relay({ database, bus, now, log });
  await bus.consume(
    worker({
      database,
      now,
      log,
      chance: Math.random,
      subscriptions: subscriptions({ media, posts, purgeAccount }),
    }),
  );
  let sweeping: NodeJS.Timeout | undefined;

  return {
    config,
    log,
    database,
    blobs,
    images,
    services,
    relay: events,
    sweep,
    sweepMedia: mediaSweep({ database, now, blobs }),
    startWork() {
      events.start();
      sweeping = every(() => {
        sweep().catch((err: unknown) => log.warn({ err }, 'the sweep failed; it is tried again'));
      }, sweepIntervalMs);
    },
    async close() {
      clearInterval(sweeping);
      await events.stop();
      await bus.close();
      await blobs.close();
      await database.close();
    },
  };
}

/** Where files are kept and what reads pictures, as the configuration names them. */
export async function openMachines(config: Config): Promise<Pick<App, 'blobs' | 'images'>> {
  return {
    blobs: await openBlobs(config),
    images: sharpImages({
      concurrency: config.concurrency,
      maxPixels: config.media.maxPixels,
    }),
  };
}

async function openMigrated({ databaseUrl, databasePoolSize }: Config): Promise<Database> {
  const database = openDatabase(databaseUrl, databasePoolSize);
  try {
    const problems = await withUsableDatabase(async () => {
      if (database.isEmbedded) await migrateUp(database);
      return schemaProblems(database);
    });
    if (problems.length > 0) throw new SetupError(problems.join('\n'));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Machines = { now: Now; database: Database; blobs: BlobStore; images: Images };

function buildServices(config: Config, { now, database, blobs, images }: Machines) {
  const newId = idLeases(database);
  const newKey = timeKeys(now);
  const passwords = argon2Hasher({ concurrency: config.concurrency });
  const tokens = joseSigner({ secret: config.secretKey, now });
  const counters = config.hasRateLimits ? memoryCounters({ now }) : noCounters;
  const memory = database.isEmbedded ? feedMemory(database) : noFeedMemory;
  const { maxBytes, quotaBytes } = config.media;

  const accounts = accountService({ database, newId, now, passwords, signUps: config.signUps });
  const sessions = sessionService({ database, newId, now, passwords, tokens, counters });
  const media = mediaService({ database, newId, now, blobs, images, maxBytes, quotaBytes });
  const posts = postService({ database, newId, newKey, now, media, feedMemory: memory });
  const follows = followService({ database, newKey, feedMemory: memory, accounts });
  const feeds = feedService({ database, feedMemory: memory, accounts });
  const purgeAccount = accountPurge({ database, feedMemory: memory, follows, media, posts });
  const services: Services = { accounts, sessions, media, posts, follows, feeds };
  return { services, purgeAccount, posts };
}

/** JSON lines. Whatever carries a secret is struck out before it is written. */
function newLog(config: Config): Logger {
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
