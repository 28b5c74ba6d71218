import type { Counters } from '../../domain/ports.ts';
import { type ConnectionOptions, checkRedis, redisConnection } from '../redis-connection.ts';

/** What several processes count together. Without Redis each goes on alone, in its own memory. */
export type RedisCache = {
  /** Counters in Redis; those of `fallback` count while Redis cannot be asked. */
  counters(fallback: Counters): Counters;
  /** Counts something. @throws Error that says what is wrong */
  check(): Promise<void>;
  close(): Promise<void>;
};

const checkWindowMs = 2000;

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
export function redisCache({ keyPrefix = 'rookery:', ...options }: ConnectionOptions): RedisCache {
  const connection = redisConnection({ ...options, keyPrefix });

  return {
    counters: (fallback) => ({
      async add(key, amount, windowMs) {
        const answer = await connection.ask((redis) =>
          redis.eval(addScript, 1, key, amount, windowMs),
        );
        if (!isPair(answer)) return fallback.add(key, amount, windowMs);
        return { count: answer[0], resetMs: answer[1] };
      },
      async clear(key) {
        // Both: it may have been counted in memory while Redis was away.
        await fallback.clear(key);
        await connection.ask((redis) => redis.del(key));
      },
    }),
    check: () =>
      // An answer to PING says nothing about writes.
      checkRedis({ url: options.url, keyPrefix }, async (redis) => {
        // Not everybody may ask for it; then the write decides alone.
        const info = await redis.info().catch(() => '');
        if (/^cluster_enabled:1/m.test(info)) throw new Error('it is a node of a cluster (MOVED)');
        await redis.eval(addScript, 1, 'check', 1, checkWindowMs);
        await redis.del('check');
      }),
    close: () => connection.close(),
  };
}

function isPair(answer: unknown): answer is [number, number] {
  return Array.isArray(answer) && answer.length === 2;
}
