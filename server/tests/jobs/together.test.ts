import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Tx } from '../../src/db/database.ts';
import { takeFromOutbox } from '../../src/db/outbox.ts';
import { emit } from '../../src/domain/events.ts';
import type { BusMessage } from '../../src/domain/ports.ts';
import { brokerWorker } from '../../src/jobs/broker-worker.ts';
import type { Subscriptions } from '../../src/jobs/subscriptions.ts';
import { eventsTogether } from '../../src/jobs/together.ts';
import { type TestApp, testApp } from '../support/test-app.ts';
import { emitOn, type Jobs, jobsOf, outboxOf } from './jobs.ts';

/** Counts in a row per post, so that what is rolled back does not count. */
async function count(tx: Tx, postId: number): Promise<void> {
  const name = `post-${postId}`;
  const row = await tx
    .selectFrom('id_ranges')
    .select('next_id')
    .where('name', '=', name)
    .executeTakeFirst();
  if (!row) await tx.insertInto('id_ranges').values({ name, next_id: 1 }).execute();
  else {
    const next_id = row.next_id + 1;
    await tx.updateTable('id_ranges').set({ next_id }).where('name', '=', name).execute();
  }
}

describe('events that are handled together', () => {
  let program: TestApp;
  let failing: Set<number>;
  let sizes: Map<Tx, number>;

  beforeEach(async () => {
    program = await testApp();
    failing = new Set();
    sizes = new Map();
  });

  afterEach(() => program.close());

  const subscriptions: Partial<Subscriptions> = {
    'post.deleted': [
      {
        name: 'count',
        async write(tx, { postId }) {
          sizes.set(tx, (sizes.get(tx) ?? 0) + 1);
          await count(tx, postId);
          if (failing.has(postId)) throw new Error(`Not ${postId}.`);
        },
      },
    ],
  };

  async function counted(): Promise<Record<string, number>> {
    const rows = await program.app.database
      .selectFrom('id_ranges')
      .selectAll()
      .where('name', 'like', 'post-%')
      .execute();
    return Object.fromEntries(rows.map(({ name, next_id }) => [name, next_id]));
  }

  async function emitAll(ids: readonly number[]): Promise<void> {
    for (const postId of ids) await emitOn(program, 'post.deleted', { postId });
  }

  function idsTo(last: number): number[] {
    return Array.from({ length: last }, (_, i) => i + 1);
  }

  function onceEach(ids: readonly number[]): Record<string, number> {
    return Object.fromEntries(ids.map((id) => [`post-${id}`, 1]));
  }

  it('share transactions, and leave no note behind that they are done', async () => {
    const jobs = await jobsOf(program, subscriptions);
    await emitAll(idsTo(100));

    await jobs.relay.drain();
    const done = await program.app.database.selectFrom('done_events').selectAll().execute();

    expect(await counted()).toEqual(onceEach(idsTo(100)));
    expect(await outboxOf(program)).toEqual([]);
    expect(done).toEqual([]);
    expect(sizes.size).toBeLessThan(10);
  });

  it.each([1, 2, 3, 4, 5])('take none with them when some fail: draw %i', async () => {
    const jobs = await jobsOf(program, subscriptions);
    const ids = idsTo(1 + Math.floor(Math.random() * 90));
    for (const id of ids) if (Math.random() < 0.1) failing.add(id);
    await emitAll(ids);

    await jobs.relay.drain();
    const first = await counted();
    const waiting = await outboxOf(program);
    const failed = [...failing];
    failing.clear();
    program.clock.advance(1000);
    await jobs.relay.drain();

    expect(first).toEqual(onceEach(ids.filter((id) => !failed.includes(id))));
    expect(new Set(waiting.map(({ payload }) => JSON.parse(payload).postId))).toEqual(
      new Set(failed),
    );
    expect(waiting.every((row) => row.attempts === 1 && row.subscriber === 'count')).toBe(true);
    expect(await counted()).toEqual(onceEach(ids));
    expect(await outboxOf(program)).toEqual([]);
  });

  it('are handled at once after the commit, without another look at the table', async () => {
    const jobs = await jobsOf(program, subscriptions);
    jobs.relay.start();
    await emitAll([1]);
    await vi.waitFor(async () => expect(await outboxOf(program)).toEqual([]));
    await Promise.all(idsTo(200).map((id) => emitAll([id + 1])));
    await vi.waitFor(async () => expect(await outboxOf(program)).toEqual([]), { timeout: 20_000 });
    await jobs.relay.stop();

    expect(await counted()).toEqual(onceEach(idsTo(201)));
  });

  it('wait in the table for the next process when one ends between commit and hand-over', async () => {
    const ended = await jobsOf(program, subscriptions);
    await emitAll(idsTo(20));
    // It has heard of them, and does no more.
    await ended.relay.stop();
    const left = (await outboxOf(program)).length;
    const next = await jobsOf(program, subscriptions);
    next.relay.start();
    await vi.waitFor(async () => expect(await outboxOf(program)).toEqual([]));
    await next.relay.stop();

    expect(left).toBe(20);
    expect(await counted()).toEqual(onceEach(idsTo(20)));
  });

  it('hold up the end of a process once when they fail, and wait in the table', async () => {
    let tries = 0;
    let fail = () => {};
    const away = new Promise<never>((_, reject) => {
      fail = () => reject(new Error('The database is away.'));
    });
    const write = () => {
      tries += 1;
      return away;
    };
    const jobs = await jobsOf(program, { 'post.deleted': [{ name: 'count', write }] });
    jobs.relay.start();
    await program.app.database.transaction(async (tx) => {
      for (const postId of idsTo(200)) {
        await emit(tx, program.clock.now(), 'post.deleted', { postId });
      }
    });
    await vi.waitFor(() => expect(tries).toBe(1));
    const stopped = jobs.relay.stop();
    fail();
    await stopped;

    expect(tries).toBe(1);
    expect(await outboxOf(program)).toHaveLength(200);
  });

  it('are handled once by two that look at the same moment', async () => {
    const two = await Promise.all([jobsOf(program, subscriptions), jobsOf(program, subscriptions)]);
    for (const { relay } of two) relay.start();
    await Promise.all(idsTo(150).map((id) => emitAll([id])));
    await vi.waitFor(async () => expect(await outboxOf(program)).toEqual([]), { timeout: 20_000 });
    await Promise.all(two.map(({ relay }) => relay.stop()));

    expect(await counted()).toEqual(onceEach(idsTo(150)));
  });

  it('go their own way once somebody has claimed them, and are handled once all the same', async () => {
    await emitAll(idsTo(5));
    const { database } = program.app;
    const now = program.clock.now().toISOString();
    await takeFromOutbox(database, { now, leaseUntil: '2026-06-01T12:00:30.000Z', limit: 3 });
    const jobs = await jobsOf(program, subscriptions);

    await jobs.relay.drain();
    const first = Object.keys(await counted()).length;
    program.clock.advance(31_000);
    await jobs.relay.drain();
    const done = await database.selectFrom('done_events').select('event_id').execute();

    expect([first, done.length]).toEqual([2, 3]);
    expect(await counted()).toEqual(onceEach(idsTo(5)));
  });

  describe('behind a broker', () => {
    async function messages(): Promise<BusMessage[]> {
      const { database } = program.app;
      const now = program.clock.now().toISOString();
      const leaseUntil = '2026-06-01T12:10:00.000Z';
      const { claimed } = await takeFromOutbox(database, { now, leaseUntil, limit: 100 });
      return claimed.map(({ id: rowId, eventId: id, topic, payload, subscriber, attempts }) => ({
        rowId,
        id,
        topic,
        payload,
        subscriber,
        attempts,
      }));
    }

    function workerOf({ work }: Jobs) {
      const { database } = program.app;
      const nobody = program.app.subscriptions;
      const together = eventsTogether({ ...nobody, ...subscriptions });
      return brokerWorker({ database, now: program.clock.now, handle: work, together });
    }

    it('are handled once by two workers that get the same messages', async () => {
      const jobs = await jobsOf(program, subscriptions);
      const two = [workerOf(jobs), workerOf(jobs)] as const;
      failing.add(7);
      await emitAll(idsTo(40));
      const all = await messages();

      await Promise.all([...all.map(two[0]), ...all.map(two[1])]);
      await Promise.all(all.map(two[0]));
      failing.clear();
      program.clock.advance(1000);
      await jobs.relay.drain();

      expect(await counted()).toEqual(onceEach(idsTo(40)));
      expect(await outboxOf(program)).toEqual([]);
    });
  });
});
