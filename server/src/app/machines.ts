import { join } from 'node:path';
import type { Logger } from 'pino';
import { localBus } from '../adapters/bus/local.ts';
import { rabbitBus } from '../adapters/bus/rabbitmq.ts';
import { type RedisCache, redisCache } from '../adapters/cache/redis.ts';
import { sharpImages } from '../adapters/images/sharp.ts';
import { fileMailer } from '../adapters/mail/files.ts';
import { smtpMailer } from '../adapters/mail/smtp.ts';
import type { PushSenders } from '../domain/devices/push-service.ts';
import type { BlobStore, Bus, Images, Mailer, Now, TextMessages } from '../domain/ports.ts';
import { openBlobs } from './blobs.ts';
import type { Config } from './config.ts';
import { openPush } from './push.ts';
import { openTexts } from './texts.ts';

/** How many events a process handles at once. */
export const defaultConcurrency = 8;

type Machines = {
  blobs: BlobStore;
  bus: Bus;
  /** Null where no Redis is configured. */
  cache: RedisCache | null;
  images: Images;
  mailer: Mailer;
  texts: TextMessages;
  senders: PushSenders;
};

type MachineOptions = { log: Logger; concurrency?: number; now?: Now };

/** Where files are kept, what carries events, counts and reads pictures, as the configuration names them. */
export async function openMachines(
  config: Config,
  { log, concurrency = defaultConcurrency, now = () => new Date() }: MachineOptions,
): Promise<Machines> {
  return {
    blobs: await openBlobs(config),
    bus: config.amqp ? rabbitBus({ ...config.amqp, concurrency, log }) : localBus(),
    cache: config.redisUrl === null ? null : openCache(config.redisUrl, log),
    images: sharpImages({
      concurrency: config.concurrency,
      maxPixels: config.media.maxPixels,
    }),
    mailer: openMailer(config, { log, now }),
    texts: openTexts(config, { now, log }),
    senders: await openPush(config.push, { now }),
  };
}

function openMailer(
  { mail: { server, sender }, dataDir }: Config,
  { log, now }: { log: Logger; now: Now },
): Mailer {
  return server
    ? smtpMailer({ server, sender, now })
    : fileMailer({ folder: join(dataDir, 'mail'), sender, now, log });
}

function openCache(url: string, log: Logger): RedisCache {
  return redisCache({
    url,
    onTrouble: (reason) =>
      log.warn({ reason }, 'Redis does not answer; this process counts for itself'),
  });
}
