import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundedPool, type Pool } from '../../src/adapters/pool.ts';

describe('a pool', () => {
  let pool: Pool;
  let begun: string[];
  let end: () => void;
  let first: Promise<void>;

  /** One task runs until `end` is called; others wait for it. */
  beforeEach(() => {
    pool = boundedPool({ name: 'test', concurrency: 1, maxWaiting: 6, maxWaitingEach: 4 });
    begun = [];
    const gate = new Promise<void>((resolve) => {
      end = resolve;
    });
    first = pool(() => gate, 'alice');
  });

  afterEach(() => end());

  function add(name: string, owner?: string): Promise<unknown> {
    return pool(async () => void begun.push(name), owner);
  }

  it('lets owners take turns, however many tasks one of them has', async () => {
    const tasks = [
      ...['a1', 'a2', 'a3', 'a4'].map((name) => add(name, 'alice')),
      ...['b1', 'b2'].map((name) => add(name, 'bob')),
    ];
    end();
    await Promise.all([first, ...tasks]);

    expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('runs tasks without an owner in the order in which they came', async () => {
    const tasks = ['1', '2', '3'].map((name) => add(name));
    end();
    await Promise.all([first, ...tasks]);

    expect(begun).toEqual(['1', '2', '3']);
  });

  it('refuses more tasks of one owner, and takes those of others', async () => {
    const tasks = ['a1', 'a2', 'a3', 'a4'].map((name) => add(name, 'alice'));
    await expect(add('a5', 'alice')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 2,
    });
    tasks.push(add('b1', 'bob'));
    end();
    await Promise.all([first, ...tasks]);

    expect(begun).toEqual(['a1', 'b1', 'a2', 'a3', 'a4']);
  });

  it('refuses everybody while it is full', async () => {
    const owners = ['alice', 'alice', 'alice', 'bob', 'bob', 'bob'];
    const tasks = owners.map((owner, i) => add(String(i), owner));
    await expect(add('c1', 'carla')).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 2,
    });
    end();
    await Promise.all([first, ...tasks]);
    await add('c2', 'carla');

    expect(begun.at(-1)).toBe('c2');
  });

  it('refuses at once who would wait too long, and tells when those before are done', async () => {
    const task = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const timed = boundedPool({
      name: 'test',
      concurrency: 1,
      maxWaiting: 1000,
      maxWaitMs: 60_000,
    });
    await timed(task(300));
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const running = timed(() => gate);
    const waiting = Array.from({ length: 1000 }, () => timed(async () => {}).catch(String));
    const refused = await timed(async () => {}).catch((error: unknown) => error);
    goOn();
    const outcomes = await Promise.all(waiting);
    await running;

    expect(refused).toMatchObject({ code: 'unavailable', retryAfterSeconds: 60 });
    // A task takes 300 ms or more, so at most 200 of them end within a minute.
    expect(outcomes.filter((it) => it === undefined).length).toBeLessThanOrEqual(200);
    expect(outcomes.filter((it) => it === undefined).length).toBeGreaterThan(0);
  });

  it('gives a place on when its task fails', async () => {
    const failing = pool(() => Promise.reject(new Error('broken')), 'alice');
    const next = add('b1', 'bob');
    end();

    await expect(failing).rejects.toThrow('broken');
    await next;
    expect(begun).toEqual(['b1']);
  });

  it('gives way to another pool: one task at a time while that is busy, and all of them then', async () => {
    const ready = boundedPool({ name: 'test', concurrency: 3, maxWaiting: 6, givesWayTo: pool });
    const ends: Array<() => void> = [];
    const long = () =>
      new Promise<void>((resolve) => {
        ends.push(resolve);
      });
    const tasks = [1, 2, 3, 4].map(() => ready(long));
    const whileBusy = ends.length;
    ends[0]?.();
    await tasks[0];
    const afterOne = ends.length;
    end();
    await first;
    const whenIdle = ends.length;
    for (const one of ends) one();
    await Promise.all(tasks);

    expect([whileBusy, afterOne, whenIdle]).toEqual([1, 2, 4]);
  });

  it('forgets a task that has waited too long', async () => {
    const hasty = boundedPool({ name: 'test', concurrency: 1, maxWaiting: 1, maxWaitMs: 10 });
    const running = hasty(() => first, 'alice');
    await expect(hasty(async () => void begun.push('late'), 'alice')).rejects.toMatchObject({
      code: 'unavailable',
    });
    const next = hasty(async () => void begun.push('next'), 'bob').catch(() => {});
    end();
    await Promise.all([running, next]);

    expect(begun).not.toContain('late');
  });
});
