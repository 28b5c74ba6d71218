import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryCounters } from '../../src/adapters/cache/memory.ts';
import { type RedisCache, redisCache } from '../../src/adapters/cache/redis.ts';
import type { Counters } from '../../src/domain/ports.ts';
import { hasRedisServer, type RedisServer, redisServer } from '../support/redis.ts';

const minuteMs = 60_000;
const now = () => new Date();

/** What every kind of counters must do. */
function keepsTheRules(newCounters: () => Counters): void {
  it('counts up and down from nothing, and tells when the window ends', async () => {
    const counters = newCounters();

    const first = await counters.add('a', 1, minuteMs);
    const second = await counters.add('a', 5, minuteMs);
    const third = await counters.add('a', -2, minuteMs);

    expect([first.count, second.count, third.count]).toEqual([1, 6, 4]);
    expect(first.resetMs).toBeGreaterThan(minuteMs - 5000);
    expect(third.resetMs).toBeLessThanOrEqual(first.resetMs);
  });

  it('keeps keys apart', async () => {
    const counters = newCounters();

    await counters.add('a', 7, minuteMs);
    const other = await counters.add('b', 1, minuteMs);

    expect(other.count).toBe(1);
  });

  it('loses none of fifty parallel additions', async () => {
    const counters = newCounters();

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => counters.add('a', 1, minuteMs)),
    );

    const counts = answers.map(({ count }) => count).sort((a, b) => a - b);
    expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it('never counts below zero', async () => {
    const counters = newCounters();
    await counters.add('a', 2, minuteMs);

    const below = await counters.add('a', -5, minuteMs);
    const after = await counters.add('a', 1, minuteMs);
    const fromNothing = await counters.add('b', -1, minuteMs);

    expect([below.count, after.count, fromNothing.count]).toEqual([0, 1, 0]);
  });

  it('begins again when the window has ended, however often it was added to', async () => {
    const counters = newCounters();
    await counters.add('a', 1, 300);
    await sleep(200);
    const within = await counters.add('a', 1, 300);
    await sleep(150);

    const later = await counters.add('a', 1, 300);

    expect(within.count).toBe(2);
    expect(within.resetMs).toBeLessThan(150);
    expect(later.count).toBe(1);
  });

  it('forgets a count that is cleared, and clears what is not there', async () => {
    const counters = newCounters();
    await counters.add('a', 3, minuteMs);

    await counters.clear('a');
    await counters.clear('never counted');
    const after = await counters.add('a', 1, minuteMs);

    expect(after.count).toBe(1);
  });
}

describe('counters in memory', () => {
  keepsTheRules(() => memoryCounters({ now }));
});

describe.skipIf(!hasRedisServer)('counters in Redis', () => {
  const opened: RedisCache[] = [];
  let server: RedisServer;

  beforeAll(async () => {
    server = await redisServer();
  });

  afterEach(async () => {
    for (const cache of opened.splice(0)) await cache.close();
  });

  afterAll(() => server.close());

  keepsTheRules(() => open(randomUUID()));

  it('are those of all processes together', async () => {
    const name = randomUUID();
    const [here, there] = [open(name), open(name)];

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? here : there).add('a', 1, minuteMs)),
    );

    expect(Math.max(...answers.map(({ count }) => count))).toBe(50);
  });

  function open(name: string): Counters {
    const cache = redisCache({ url: server.url, keyPrefix: `${name}:` });
    opened.push(cache);
    return cache.counters(memoryCounters({ now }));
  }
});

describe.skipIf(!hasRedisServer)('counters while Redis is away', () => {
  const restMs = 300;
  let server: RedisServer;
  let cache: RedisCache;
  let counters: Counters;
  let troubles: string[];

  beforeEach(async () => {
    troubles = [];
    server = await redisServer();
    cache = redisCache({ url: server.url, restMs, onTrouble: (reason) => troubles.push(reason) });
    counters = cache.counters(memoryCounters({ now }));
  });

  afterEach(async () => {
    server.thaw();
    await cache.close();
    await server.close();
  });

  it('count in memory from the start when nothing listens', async () => {
    await server.stop();

    const counts = await countThrice();

    expect(counts).toEqual([1, 2, 3]);
    expect(troubles).toHaveLength(1);
    await expect(cache.check()).rejects.toThrow(/ECONNREFUSED .*REDIS_URL/);
  });

  it('count in memory when it stops, and in Redis again soon after it is back', async () => {
    await counters.add('a', 1, minuteMs);
    await server.stop();

    const without = await countThrice();
    await server.start();
    const back = await until(() => server.command('GET', 'rookery:a'));

    expect(without).toEqual([1, 2, 3]);
    expect(Number(back)).toBe(1);
  });

  it('wait for a frozen Redis once and not again', async () => {
    await counters.add('a', 1, minuteMs);
    server.freeze();

    const firstMs = await msOf(() => counters.add('a', 1, minuteMs));
    const secondMs = await msOf(() => counters.add('a', 1, minuteMs));
    await sleep(restMs);
    const restedMs = await msOf(() => counters.add('a', 1, minuteMs));

    expect(firstMs).toBeLessThan(400);
    expect(secondMs).toBeLessThan(50);
    expect(restedMs).toBeLessThan(50);
  });

  it('find a Redis again that was frozen', async () => {
    await counters.add('a', 1, minuteMs);
    server.freeze();
    await counters.add('a', 1, minuteMs);
    server.thaw();
    await server.command('DEL', 'rookery:a');

    const back = await until(() => server.command('GET', 'rookery:a'));

    expect(Number(back)).toBeGreaterThan(0);
  });

  it('begin at one again when Redis was emptied', async () => {
    await countThrice();
    await server.command('FLUSHALL');

    const { count } = await counters.add('a', 1, minuteMs);

    expect(count).toBe(1);
    expect(troubles).toEqual([]);
  });

  it('count in memory when Redis refuses the command', async () => {
    await server.command('SET', 'rookery:a', 'not a number');

    const counts = await countThrice();

    expect(counts).toEqual([1, 2, 3]);
  });

  async function countThrice(): Promise<number[]> {
    const counts: number[] = [];
    for (let i = 0; i < 3; i += 1) counts.push((await counters.add('a', 1, minuteMs)).count);
    return counts;
  }

  /** Counts until Redis has it. */
  async function until(read: () => Promise<unknown>): Promise<unknown> {
    for (;;) {
      await counters.add('a', 1, minuteMs);
      const value = await read();
      if (value !== null) return value;
      await sleep(50);
    }
  }
});

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
