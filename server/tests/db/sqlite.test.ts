import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import SqliteFile from 'better-sqlite3';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { insertIgnore } from '../../src/db/dialects.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { appendToOutbox } from '../../src/db/outbox.ts';

describe('the embedded database', () => {
  let folder: string;
  let database: Database;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rookery-db-'));
    database = openDatabase(`sqlite:${join(folder, 'test.sqlite')}`);
    await migrateUp(database);
  });

  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it('refuses a query that is sent past the open transaction, instead of waiting for ever', async () => {
    const work = database.transaction(() => database.selectFrom('posts').selectAll().execute());

    await expect(work).rejects.toThrow('Pass the transaction');
  });

  it('runs transactions one after the other', async () => {
    const order: string[] = [];
    const work = (name: string) =>
      database.transaction(async (tx) => {
        order.push(`${name} begins`);
        await tx.selectFrom('posts').selectAll().execute();
        order.push(`${name} ends`);
      });

    await Promise.all([work('a'), work('b')]);

    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('lets neither writers nor readers wait for as long as there are others', async () => {
    const maxTurns = 500;
    const write = (name: string) =>
      database.transaction((tx) => insertIgnore(tx, 'id_ranges', { name, next_id: 1 }));
    const read = () => database.selectFrom('posts').selectAll().execute();
    /** Five that begin again as soon as they are done, and how many turns they had until `end` was. */
    const turnsUntil = async (work: () => Promise<unknown>, end: () => Promise<unknown>) => {
      let turns = 0;
      const over = new AbortController();
      const again = async () => {
        while (!over.signal.aborted && turns < maxTurns) {
          turns += 1;
          await work();
        }
      };
      const others = Array.from({ length: 5 }, again);
      await end();
      over.abort();
      const seen = turns;
      await Promise.all(others);
      return seen;
    };

    expect(await turnsUntil(read, () => write('a'))).toBeLessThan(maxTurns);
    expect(await turnsUntil(() => write('b'), read)).toBeLessThan(maxTurns);
  });

  it('keeps what others wrote when one that shares their commit fails', async () => {
    const write = (name: string) =>
      database.transaction((tx) => insertIgnore(tx, 'id_ranges', { name, next_id: 1 }));
    const failing = database.transaction(async (tx) => {
      await insertIgnore(tx, 'id_ranges', { name: 'undone', next_id: 1 });
      throw new Error('changed my mind');
    });

    const results = await Promise.allSettled([write('a'), failing, write('b')]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await namesIn(database)).toEqual(['a', 'b']);
  });

  it('shows nobody what is not kept yet', async () => {
    const other = openDatabase(`sqlite:${join(folder, 'test.sqlite')}`);
    const written = database.transaction((tx) =>
      insertIgnore(tx, 'id_ranges', { name: 'a', next_id: 1 }),
    );
    const read = Array.from({ length: 60 }, async (_, turn) => {
      for (let i = 0; i < turn; i += 1) await Promise.resolve();
      const here = await namesIn(database);
      return { here, elsewhere: await namesIn(other) };
    });

    for (const { here, elsewhere } of await Promise.all(read)) {
      expect(elsewhere).toEqual(expect.arrayContaining(here));
    }
    await written;
    await other.close();
  });

  it('acknowledges nothing that a full disk took back', async () => {
    const pages = await pragma(database, 'page_count');
    await pragma(database, `max_page_count = ${pages + 20}`);
    const writes = Array.from({ length: 60 }, (_, i) => ({
      name: `writer ${String(i).padStart(2, '0')}`,
      payload: 'x'.repeat(i % 10 === 9 ? 50_000 : 100),
    }));

    const results = await Promise.allSettled(
      writes.map(({ name, payload }) =>
        database.transaction(async (tx) => {
          await insertIgnore(tx, 'id_ranges', { name, next_id: 1 });
          await appendToOutbox(tx, { topic: name, payload, dueAt: '', createdAt: '' });
        }),
      ),
    );

    const kept = writes.filter((_, i) => results[i]?.status === 'fulfilled').map((w) => w.name);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(60);
    expect(await namesIn(database)).toEqual(kept);
  });

  it('notices what another process has written', async () => {
    const other = openDatabase(`sqlite:${join(folder, 'test.sqlite')}`);
    const told: Array<number | null> = [];
    database.watchRows({ table: 'id_ranges', column: 'next_id' }, (id) => void told.push(id));
    await other.transaction((tx) => insertIgnore(tx, 'id_ranges', { name: 'posts', next_id: 1 }));
    database.noticeOthers();
    expect(told).toEqual([null]);

    database.noticeOthers();
    expect(told, 'once for each time').toEqual([null]);
    await database.transaction((tx) =>
      insertIgnore(tx, 'id_ranges', { name: 'media', next_id: 7 }),
    );
    database.noticeOthers();
    expect(told, 'own writes are told by themselves').toEqual([null, 7]);
    await other.close();
  });

  it('notices what was written before a request came, also after it looked at the end of the last turn', async () => {
    const other = new SqliteFile(join(folder, 'test.sqlite'));
    const told: Array<number | null> = [];
    database.watchRows({ table: 'id_ranges', column: 'next_id' }, (id) => void told.push(id));
    const { port1: client, port2: server } = new MessageChannel();
    const request = once(server, 'message');
    await setImmediate();
    database.noticeOthers();
    other.exec("insert into id_ranges (name, next_id) values ('posts', 1)");
    // It is there before this turn of the event loop ends.
    client.postMessage('a request', []);
    await request;
    database.noticeOthers();

    expect(told).toEqual([null]);
    client.close();
    other.close();
  });

  it('tells which rows are written: as they were and as they will be', async () => {
    const told: Array<number | null> = [];
    const renamed: Array<number | null> = [];
    database.watchRows({ table: 'id_ranges', column: 'next_id' }, (id) => void told.push(id));
    database.watchRows({ table: 'id_ranges', column: 'next_id', changes: ['name'] }, (id) =>
      renamed.push(id),
    );
    await database.transaction(async (tx) => {
      await tx.insertInto('id_ranges').values({ name: 'posts', next_id: 1 }).execute();
      await tx.updateTable('id_ranges').set({ next_id: 2 }).where('name', '=', 'posts').execute();
      await tx.updateTable('id_ranges').set({ name: 'media' }).where('next_id', '=', 2).execute();
      await tx.deleteFrom('id_ranges').where('name', '=', 'media').execute();
    });

    expect(told).toEqual([1, 1, 2, 2, 2]);
    expect(renamed).toEqual([1, 2, 2]);
  });

  it('lets nobody read between what it tells and the commit', async () => {
    const reads: Array<Promise<string[]>> = [];
    const asSomebodyElse = AsyncLocalStorage.snapshot();
    database.watchRows({ table: 'id_ranges', column: 'next_id' }, () => {
      reads.push(asSomebodyElse(() => namesIn(database)));
    });
    await database.transaction((tx) =>
      insertIgnore(tx, 'id_ranges', { name: 'posts', next_id: 1 }),
    );

    expect(await Promise.all(reads)).toEqual([['posts']]);
  });
});

async function namesIn(database: Database): Promise<string[]> {
  const rows = await database.selectFrom('id_ranges').select('name').orderBy('name').execute();
  return rows.map((row) => row.name);
}

async function pragma(database: Database, text: string): Promise<number> {
  const { rows } = await database.executeQuery<Record<string, number>>(
    CompiledQuery.raw(`PRAGMA ${text}`),
  );
  return Object.values(rows[0] ?? {})[0] ?? 0;
}
