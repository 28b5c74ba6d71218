import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { noteOutage } from './machine-channel.ts';

/** A connection for what may go unanswered: a Redis that is away neither fails nor slows what uses it. */
export type RedisConnection = {
  /** The answer to a command, or null when Redis cannot be asked now. */
  ask<T>(command: (redis: Redis) => Promise<T>): Promise<T | null>;
  close(): Promise<void>;
};

export type ConnectionOptions = {
  url: string;
  /** Before every key; tests that share a server have one each. */
  keyPrefix?: string;
  /** For how long Redis is left alone after it failed. */
  restMs?: number;
  /** Hears of every failure after which Redis is left alone. In words: the library's errors carry passwords and keys. */
  onTrouble?: (reason: string) => void;
};

/** An answer that takes longer counts as none: no request may wait for Redis. */
const commandTimeoutMs = 200;
const checkTimeoutMs = 2000;
const maxReconnectMs = 1000;

/** What every connection of this program has in common. */
export const connectionDefaults = {
  lazyConnect: true,
  protocol: 2,
  disableClientInfo: true,
  connectTimeout: 2000,
  retryStrategy: (times: number) => Math.min(50 * 2 ** times, maxReconnectMs),
} satisfies RedisOptions;

/** Nothing is connected before the first command. */
export function redisConnection({
  url,
  keyPrefix = '',
  restMs = 3000,
  onTrouble = () => {},
}: ConnectionOptions): RedisConnection {
  const redis = new Redis(url, {
    ...connectionDefaults,
    keyPrefix,
    disconnectTimeout: commandTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // What was not answered counts as lost by then; sent again it would count twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  // Without a listener a lost connection would end the process. A command's own error says only that it is closed.
  let connectionTrouble: string | undefined;
  redis.on('error', ({ message }: Error) => {
    connectionTrouble = message;
  });
  redis.on('ready', () => {
    connectionTrouble = undefined;
  });
  let firstConnection: Promise<void> | undefined;
  let restsUntil = 0;

  /** Later connections are made by the library, and nobody waits for them. */
  async function connectOnce(): Promise<void> {
    try {
      await Promise.race([redis.connect(), sleep(commandTimeoutMs, null, { ref: false })]);
    } catch (error) {
      rest(error);
    }
  }

  /** Leaves Redis alone for a while, and then opens another connection: this one may be dead without an error. */
  function rest(error: unknown): void {
    if (performance.now() < restsUntil) return;
    restsUntil = performance.now() + restMs;
    noteOutage('redis', restMs);
    if (redis.status === 'ready') redis.disconnect(true);
    onTrouble(connectionTrouble ?? (error instanceof Error ? error.message : String(error)));
  }

  return {
    async ask(command) {
      if (performance.now() < restsUntil) return null;
      try {
        firstConnection ??= connectOnce();
        await firstConnection;
        return redis.status === 'ready' ? await command(redis) : null;
      } catch (error) {
        rest(error);
        return null;
      }
    },
    async close() {
      redis.disconnect();
    },
  };
}

/**
 * Runs a check over a connection of its own, which has more patience and is not tried again.
 * @throws Error in one line that is never empty, and says what to do
 */
export async function checkRedis(
  { url, keyPrefix = '' }: Pick<ConnectionOptions, 'url' | 'keyPrefix'>,
  work: (redis: Redis) => Promise<unknown>,
): Promise<void> {
  const redis = new Redis(url, {
    ...connectionDefaults,
    keyPrefix,
    connectTimeout: checkTimeoutMs,
    commandTimeout: checkTimeoutMs,
    retryStrategy: () => null,
  });
  let trouble: Error | undefined;
  redis.on('error', (error: Error) => {
    trouble = error;
  });
  try {
    await redis.connect();
    await work(redis);
  } catch (error) {
    throw new Error(troubleOf(trouble ?? error), { cause: error });
  } finally {
    redis.disconnect();
  }
}

function troubleOf(error: unknown): string {
  const text = error instanceof Error && error.message !== '' ? error.message : 'no answer';
  const said = text.replace(/\.$/, '');
  if (/READONLY|read only replica/i.test(text)) {
    return `it is a replica, which takes no writes (${said}). Set REDIS_URL to its primary.`;
  }
  if (/MOVED|CLUSTERDOWN|CROSSSLOT/.test(text)) {
    return `${said}; the counters need one Redis with all keys. Set REDIS_URL to one that is not part of a cluster.`;
  }
  if (/NOPERM.*channel/i.test(text)) {
    return `${said}. Let its user publish and subscribe: ACL SETUSER … &rookery:* +publish +subscribe.`;
  }
  return `${said}. Check REDIS_URL, or remove it.`;
}
