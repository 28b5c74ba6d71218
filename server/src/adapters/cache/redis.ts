import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Counters } from '../../domain/ports.ts';

/** What several processes count together. Without Redis each goes on alone, in its own memory. */
export type RedisCache = {
  /** Counters in Redis; those of `fallback` count while Redis cannot be asked. */
  counters(fallback: Counters): Counters;
  /** Counts something. @throws Error that says what is wrong */
  check(): Promise<void>;
  close(): Promise<void>;
};

export type RedisOptions = {
  url: string;
  /** Before every key; tests that share a server have one each. */
  keyPrefix?: string;
  /** For how long Redis is left alone after it failed. */
  restMs?: number;
  /** Hears of every failure after which Redis is left alone. In words: the library's errors carry passwords and keys. */
  onTrouble?: (reason: string) => void;
};

/** An answer that takes longer counts as none: counting must never be what a request waits for. */
const commandTimeoutMs = 200;
const maxReconnectMs = 1000;
const checkTimeoutMs = 2000;

/** Adds in one step; a count that would fall below zero stays there, and the window begins with the first addition. */
const addScript = `
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count < 0 then count = redis.call('DECRBY', KEYS[1], count) end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  left = tonumber(ARGV[2])
  redis.call('PEXPIRE', KEYS[1], left)
end
return {count, left}`;

/** Nothing is connected before it is used, and a Redis that is away neither fails nor slows what uses it. */
export function redisCache({
  url,
  keyPrefix = 'rookery:',
  restMs = 3000,
  onTrouble = () => {},
}: RedisOptions): RedisCache {
  const redis = new Redis(url, {
    keyPrefix,
    lazyConnect: true,
    protocol: 2,
    disableClientInfo: true,
    connectTimeout: 2000,
    disconnectTimeout: commandTimeoutMs,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (times) => Math.min(50 * 2 ** times, maxReconnectMs),
    // What was not answered was counted in memory by then; sent again it would count twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  // Without a listener a lost connection would end the process. Whoever asks hears only that it is closed.
  let connectionTrouble: string | undefined;
  redis.on('error', ({ message }: Error) => {
    connectionTrouble = message;
  });
  redis.on('ready', () => {
    connectionTrouble = undefined;
  });
  let firstConnection: Promise<void> | undefined;
  let restsUntil = 0;

  /** The answer, or null when Redis cannot be asked now. */
  async function ask<T>(command: () => Promise<T>): Promise<T | null> {
    if (performance.now() < restsUntil) return null;
    try {
      firstConnection ??= connectOnce();
      await firstConnection;
      return redis.status === 'ready' ? await command() : null;
    } catch (error) {
      rest(error);
      return null;
    }
  }

  /** Later connections are made by the library, and nobody waits for them. */
  async function connectOnce(): Promise<void> {
    try {
      await Promise.race([redis.connect(), sleep(commandTimeoutMs, null, { ref: false })]);
    } catch (error) {
      rest(error);
    }
  }

  /** Leaves Redis alone for a while, and begins anew with another connection: this one may be dead without a word. */
  function rest(error: unknown): void {
    if (performance.now() < restsUntil) return;
    restsUntil = performance.now() + restMs;
    if (redis.status === 'ready') redis.disconnect(true);
    onTrouble(connectionTrouble ?? (error instanceof Error ? error.message : String(error)));
  }

  return {
    counters: (fallback) => ({
      async add(key, amount, windowMs) {
        const answer = await ask(() => redis.eval(addScript, 1, key, amount, windowMs));
        if (!isPair(answer)) return fallback.add(key, amount, windowMs);
        return { count: answer[0], resetMs: answer[1] };
      },
      async clear(key) {
        // Both: it may have been counted in memory while Redis was away.
        await fallback.clear(key);
        await ask(() => redis.del(key));
      },
    }),
    check: () => checkRedis(url, keyPrefix),
    async close() {
      redis.disconnect();
    },
  };
}

/** Counts once, over a connection of its own with more patience: an answer to PING says nothing about writes. */
async function checkRedis(url: string, keyPrefix: string): Promise<void> {
  const redis = new Redis(url, {
    keyPrefix,
    lazyConnect: true,
    protocol: 2,
    disableClientInfo: true,
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
    // Not everybody may ask for it; then the write decides alone.
    const info = await redis.info().catch(() => '');
    if (/^cluster_enabled:1/m.test(info)) throw new Error('it is a node of a cluster (MOVED)');
    await redis.eval(addScript, 1, 'check', 1, checkTimeoutMs);
    await redis.del('check');
  } catch (error) {
    throw new Error(troubleOf(trouble ?? error), { cause: error });
  } finally {
    redis.disconnect();
  }
}

/** One line that is never empty, with what to do. */
function troubleOf(error: unknown): string {
  const text = error instanceof Error && error.message !== '' ? error.message : 'no answer';
  const said = text.replace(/\.$/, '');
  if (/READONLY|read only replica/i.test(text)) {
    return `it is a replica, which takes no writes (${said}). Set REDIS_URL to its primary.`;
  }
  if (/MOVED|CLUSTERDOWN|CROSSSLOT/.test(text)) {
    return `${said}; the counters need one Redis that holds all keys. Set REDIS_URL to one that is not part of a cluster.`;
  }
  return `${said}. Check REDIS_URL, or remove it.`;
}

function isPair(answer: unknown): answer is [number, number] {
  return Array.isArray(answer) && answer.length === 2;
}
