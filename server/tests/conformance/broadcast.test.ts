import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBroadcast } from '../../src/adapters/broadcast/memory.ts';
import { redisBroadcast } from '../../src/adapters/broadcast/redis.ts';
import { tableBroadcast } from '../../src/adapters/broadcast/table.ts';
import { broadcastRows } from '../../src/db/broadcast-rows.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import type { Broadcast, BroadcastMessage } from '../../src/domain/ports.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { hasRedisServer, type RedisServer, redisServer } from '../support/redis.ts';

const soon = { timeout: 10_000, interval: 20 };
const now = () => new Date();
const listener = () => vi.fn((_message: BroadcastMessage) => {});

function message(number: number): BroadcastMessage {
  return { topic: 'account.activity', payload: { accountId: number } };
}

/** The numbers that a listener heard, each as often as it was heard. */
function numbersOf(heard: ReturnType<typeof listener>): number[] {
  const numbers = heard.mock.calls.map(([{ payload }]) => payload as { accountId: number });
  return numbers.map(({ accountId }) => accountId).sort((a, b) => a - b);
}

/** What every broadcast must do within a process. */
function keepsTheRules(open: () => Broadcast): void {
  it('says that it is well', async () => {
    await expect(open().check()).resolves.toBeUndefined();
  });

  it('tells every listener of the sending process once', async () => {
    const broadcast = open();
    const [one, two] = [listener(), listener()];
    broadcast.listen(one);
    broadcast.listen(two);

    broadcast.send(message(1));
    broadcast.send(message(2));
    await sleep(700);

    expect([numbersOf(one), numbersOf(two)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('calls no listener before the sender goes on', async () => {
    const broadcast = open();
    const heard = listener();
    broadcast.listen(heard);

    broadcast.send(message(1));

    expect(heard).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce(), soon);
  });

  it('tells nothing to listeners who left, nor after it was closed', async () => {
    const broadcast = open();
    const [left, stayed] = [listener(), listener()];
    const leave = broadcast.listen(left);
    broadcast.listen(stayed);
    leave();

    broadcast.send(message(1));
    await vi.waitFor(() => expect(stayed).toHaveBeenCalledOnce(), soon);
    await broadcast.close();
    broadcast.send(message(2));
    await sleep(200);

    expect([numbersOf(left), numbersOf(stayed)]).toEqual([[], [1]]);
  });
}

/** What it must do between processes, each of which has one of its own. */
function joinsProcesses(open: () => Broadcast): void {
  /** A listener that hears the other process already. */
  async function listening(from: Broadcast, at: Broadcast) {
    const heard = listener();
    at.listen(heard);
    await vi.waitFor(() => {
      from.send(message(0));
      expect(heard).toHaveBeenCalled();
    }, soon);
    // What was sent meanwhile has arrived, too.
    await sleep(700);
    heard.mockClear();
    return heard;
  }

  it('tells another process what was sent, to the letter', async () => {
    const [here, there] = [open(), open()];
    const heard = await listening(here, there);
    const sent = { topic: 'account.activity', payload: { text: 'Grüße 🌄', list: [1, null] } };

    here.send(sent);

    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce(), soon);
    expect(heard).toHaveBeenCalledWith(sent);
  });

  it('tells another process each of many messages once', async () => {
    const [here, there] = [open(), open()];
    const heard = await listening(here, there);
    const numbers = Array.from({ length: 300 }, (_, i) => i + 1);

    for (const number of numbers) {
      here.send(message(number));
      if (number % 50 === 0) await sleep(60);
    }

    await vi.waitFor(() => expect(numbersOf(heard)).toEqual(numbers), soon);
    await sleep(700);
    expect(numbersOf(heard)).toEqual(numbers);
  });

  it('hands on what was sent just before the process ends', async () => {
    const [here, there] = [open(), open()];
    const heard = await listening(here, there);

    here.send(message(1));
    await here.close();

    await vi.waitFor(() => expect(numbersOf(heard)).toEqual([1]), soon);
  });
}

/** Closes what a test has opened. */
function opening(make: () => Broadcast): () => Broadcast {
  const opened: Broadcast[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });
  return () => {
    const broadcast = make();
    opened.push(broadcast);
    return broadcast;
  };
}

describe('a broadcast in memory', () => {
  keepsTheRules(opening(memoryBroadcast));
});

describe.skipIf(!hasRedisServer)('a broadcast over Redis', { timeout: 60_000 }, () => {
  let server: RedisServer;
  let troubles: string[];
  const open = opening(() =>
    redisBroadcast({
      url: server.url,
      restMs: 300,
      pingMs: 500,
      onTrouble: (reason) => troubles.push(reason),
    }),
  );

  beforeAll(async () => {
    server = await redisServer();
  });

  beforeEach(() => {
    troubles = [];
  });

  afterAll(() => server.close());

  keepsTheRules(open);
  joinsProcesses(open);

  /** Sends until the other process hears of it. */
  async function untilHeard(from: Broadcast, heard: ReturnType<typeof listener>): Promise<void> {
    heard.mockClear();
    await vi.waitFor(() => {
      from.send(message(1));
      expect(heard).toHaveBeenCalled();
    }, soon);
  }

  const outages: Array<[name: string, begin: () => unknown, end: () => unknown]> = [
    ['is stopped', () => server.stop(), () => server.start()],
    ['is frozen', () => server.freeze(), () => server.thaw()],
    ['cuts its connections', () => server.command('CLIENT', 'KILL', 'TYPE', 'pubsub'), () => {}],
  ];

  it.each(outages)('goes on by itself after Redis %s, and delays nobody', async (...outage) => {
    const [, begin, end] = outage;
    const [here, there] = [open(), open()];
    const [near, far] = [listener(), listener()];
    here.listen(near);
    there.listen(far);
    await untilHeard(here, far);

    await begin();
    near.mockClear();
    const beganAt = performance.now();
    for (let number = 1; number <= 1000; number += 1) here.send(message(number));
    const tookMs = performance.now() - beganAt;
    // Long enough for a connection that is dead without a word to be noticed.
    await sleep(3000);
    await end();

    expect(tookMs).toBeLessThan(200);
    expect(new Set(numbersOf(near)).size).toBe(1000);
    await untilHeard(here, far);
  });

  it('begins when Redis comes up after it', async () => {
    await server.stop();
    const [here, there] = [open(), open()];
    const [near, far] = [listener(), listener()];
    here.listen(near);
    there.listen(far);
    here.send(message(1));
    await vi.waitFor(() => expect(numbersOf(near)).toEqual([1]), soon);
    await expect(here.check()).rejects.toThrow(/ECONNREFUSED .*REDIS_URL/);

    await server.start();

    await untilHeard(here, far);
    expect(troubles.length).toBeGreaterThan(0);
  });

  it('is not heard in another database of the same Redis, which is another installation', async () => {
    const [here, there] = [open(), open()];
    const other = redisBroadcast({ url: server.url.replace(/0$/, '1') });
    const [near, far] = [listener(), listener()];
    other.listen(near);
    there.listen(far);
    await untilHeard(here, far);
    await sleep(200);

    expect(near).not.toHaveBeenCalled();
    await other.close();
  });

  it('leaves out what no process of this program sends', async () => {
    const [here, there] = [open(), open()];
    const heard = listener();
    there.listen(heard);
    await untilHeard(here, heard);
    await sleep(200);
    heard.mockClear();

    for (const text of ['no JSON', 'null', '{"sender":"x"}', '{"sender":"x","message":{}}'])
      await server.command('PUBLISH', 'rookery:broadcast:0', text);
    here.send(message(7));

    await vi.waitFor(() => expect(numbersOf(heard)).toEqual([7]), soon);
  });

  it('says what to do when its user may not publish', async () => {
    await server.command('ACL', 'SETUSER', 'carla', 'on', '>let-me-in', '~*', '+@all');
    const url = server.url.replace('//', '//carla:let-me-in@');
    const broadcast = redisBroadcast({ url, onTrouble: (reason) => troubles.push(reason) });
    broadcast.listen(listener());

    await expect(broadcast.check()).rejects.toThrow('&rookery:*');

    broadcast.send(message(1));
    await vi.waitFor(() => expect(troubles.join()).toMatch(/NOPERM/), soon);
    await broadcast.close();
  });
});

for (const engine of ['postgres', 'mysql'] as const) {
  const isThere = await isReached(servers[engine]);
  if (!isThere) process.stderr.write(`${engine} is not reached: its broadcasts are left out.\n`);

  describe.skipIf(!isThere)(`a broadcast over a table of ${engine}`, { timeout: 60_000 }, () => {
    let test: TestDatabase;
    let databases: Database[];
    let troubles: unknown[];
    let keptMs: number;

    const open = opening(() => {
      const database = openDatabase(test.url, 2);
      databases.push(database);
      return tableBroadcast({
        rows: broadcastRows(database, now),
        now,
        keptMs,
        onTrouble: (error) => troubles.push(error),
      });
    });

    beforeEach(async () => {
      test = await emptyDatabase(engine);
      [databases, troubles, keptMs] = [[openDatabase(test.url, 2)], [], 60_000];
    });

    // Runs before what closes the broadcasts would: they close first.
    afterEach(async () => {
      await Promise.all(databases.map((database) => database.close()));
      test.release();
    });

    keepsTheRules(open);
    joinsProcesses(open);

    it('reads a row that is committed after those numbered after it', async () => {
      const [writer, there] = [databases[0]!, open()];
      const heard = listener();
      there.listen(heard);
      await sleep(700);
      const insert = (number: number) => sql`
        insert into broadcasts (sender, topic, payload, created_at)
        values ('test', 'account.activity', ${JSON.stringify({ accountId: number })}, ${now().toISOString()})`;

      await writer.kysely.transaction().execute(async (late) => {
        await insert(1).execute(late);
        await insert(2).execute(writer.kysely);
        await vi.waitFor(() => expect(numbersOf(heard)).toEqual([2]), soon);
      });

      await vi.waitFor(() => expect(numbersOf(heard)).toEqual([1, 2]), soon);
    });

    it('deletes rows when they are old', async () => {
      // Longer than listeners take to read them, even on a busy machine.
      keptMs = 4000;
      const [here, there] = [open(), open()];
      const heard = listener();
      there.listen(heard);
      await sleep(700);

      here.send(message(1));
      await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce(), soon);

      await vi.waitFor(async () => {
        const rows = await databases[0]!.selectFrom('broadcasts').selectAll().execute();
        expect(rows).toEqual([]);
      }, soon);
    });

    it('reads nothing while nobody listens, and twice a second while somebody does', async () => {
      const there = open();
      const reads = vi.spyOn(databases.at(-1)!, 'getExecutor');

      await sleep(1200);
      const before = reads.mock.calls.length;
      const leave = there.listen(listener());
      there.listen(listener());
      await sleep(2200);
      const during = reads.mock.calls.length;
      leave();
      await there.close();
      await sleep(1200);

      expect(before).toBe(0);
      expect(during).toBeGreaterThan(1);
      expect(during).toBeLessThan(6);
      expect(reads.mock.calls.length - during).toBeLessThan(2);
    });

    it('delays nobody and tells its own process when the database is away', async () => {
      const here = open();
      const heard = listener();
      here.listen(heard);
      await databases.at(-1)?.close();

      const beganAt = performance.now();
      for (let number = 1; number <= 5000; number += 1) here.send(message(number));
      const tookMs = performance.now() - beganAt;

      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(5000), soon);
      await vi.waitFor(() => expect(troubles).toHaveLength(1), soon);
      expect(tookMs).toBeLessThan(200);
    });
  });
}
