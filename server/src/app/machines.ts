import { join } from 'node:path';
import type { Logger } from 'pino';
import { localBus } from '../adapters/bus/local.ts';
import type { RedisCache } from '../adapters/cache/redis.ts';
import { fileMailer } from '../adapters/mail/files.ts';
import type { PushSenders } from '../domain/devices/push-service.ts';
import type { BlobStore, Bus, Images, Mailer, Now, TextMessages } from '../domain/ports.ts';
import { openBlobs } from './blobs.ts';
import type { Config } from './config.ts';
import { openImages } from './images.ts';
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

/** Where files are kept, what carries events, counts and reads pictures, as the configuration names them. The libraries of others are not loaded. */
export async function openMachines(
  config: Config,
  { log, concurrency = defaultConcurrency, now = () => new Date() }: MachineOptions,
): Promise<Machines> {
  return {
    blobs: await openBlobs(config),
    bus: await openBus(config, { concurrency, log }),
    cache: config.redisUrl === null ? null : await openCache(config.redisUrl, log),
    images: openImages(config),
    mailer: await openMailer(config, { log, now }),
    texts: openTexts(config, { now, log }),
    senders: await openPush(config.push, { now }),
  };
}

async function openBus(
  { amqp }: Config,
  options: { concurrency: number; log: Logger },
): Promise<Bus> {
  if (!amqp) return localBus();
  const { rabbitBus } = await import('../adapters/bus/rabbitmq.ts');
  return rabbitBus({ ...amqp, ...options });
}

async function openMailer(
  { mail: { server, sender }, dataDir }: Config,
  { log, now }: { log: Logger; now: Now },
): Promise<Mailer> {
  if (!server) return fileMailer({ folder: join(dataDir, 'mail'), sender, now, log });
  const { smtpMailer } = await import('../adapters/mail/smtp.ts');
  return smtpMailer({ server, sender, now });
}

async function openCache(url: string, log: Logger): Promise<RedisCache> {
  const { redisCache } = await import('../adapters/cache/redis.ts');
  return redisCache({
    url,
    onTrouble: (reason) =>
      log.warn({ reason }, 'Redis does not answer; this process counts for itself'),
  });
}
