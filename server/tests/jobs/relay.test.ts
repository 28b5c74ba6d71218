import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { leaseRange } from '../../src/db/ids.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { takeFromOutbox } from '../../src/db/outbox.ts';
import type { WriteOnce } from '../../src/jobs/subscriptions.ts';
import { type TestApp, testApp } from '../support/test-app.ts';
import { dyingBus, emitOn, jobsOf, outboxOf } from './jobs.ts';

describe('the relay', () => {
  let program: TestApp;

  beforeEach(async () => {
    program = await testApp();
  });

  afterEach(() => program.close());

  it('delivers again after a crash between the work and its row, without a second write', async () => {
    const run = (_payload: unknown, write: WriteOnce) =>
      write(async (tx) => void (await leaseRange(tx, 'posts', 1)));
    const subscribers = { 'post.deleted': [{ name: 'count', run }] };
    const dying = await jobsOf(program, subscribers, dyingBus());
    const next = await jobsOf(program, subscribers);
    await emitOn(program, 'post.deleted', { postId: 1 });

    await dying.relay.drain();
    const afterCrash = await outboxOf(program);
    await next.relay.drain();
    const whileLeased = await outboxOf(program);
    program.clock.advance(30_000);
    await next.relay.drain();
    const firstFree = await program.app.database.transaction((tx) => leaseRange(tx, 'posts', 1));

    expect(afterCrash).toHaveLength(1);
    expect(whileLeased).toHaveLength(1);
    expect(await outboxOf(program)).toEqual([]);
    expect(firstFree).toBe(2);
  });

  // Of other databases, nobody can tell whether another worker lives.
  const isEmbedded = (process.env.TEST_DATABASE ?? 'sqlite') === 'sqlite';

  it.runIf(isEmbedded)(
    'takes over at its start what a dead worker had claimed, but no delay of a repeat',
    async () => {
      const runs: number[] = [];
      const run = async ({ postId }: { postId: number }) => {
        runs.push(postId);
        if (postId === 2) throw new Error('Not yet.');
      };
      const jobs = await jobsOf(program, { 'post.deleted': [{ name: 'note', run }] });
      await emitOn(program, 'post.deleted', { postId: 2 });
      await jobs.relay.drain();
      await emitOn(program, 'post.deleted', { postId: 1 });
      const now = program.clock.now().toISOString();
      await takeFromOutbox(program.app.database, {
        now,
        leaseUntil: '2026-06-01T12:00:30.000Z',
        limit: 8,
      });

      jobs.relay.start();
      await vi.waitFor(() => expect(runs).toHaveLength(2));
      await jobs.relay.stop();

      expect(runs).toEqual([2, 1]);
      expect(await outboxOf(program)).toMatchObject([{ subscriber: 'note', attempts: 1 }]);
    },
  );

  it('is woken by a commit, and ends what it took before it stops', async () => {
    const steps: string[] = [];
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const run = async () => {
      steps.push('begun');
      await gate;
      steps.push('ended');
    };
    const jobs = await jobsOf(program, { 'post.deleted': [{ name: 'slow', run }] });
    jobs.relay.start();
    await emitOn(program, 'post.deleted', { postId: 1 });
    await vi.waitFor(() => expect(steps).toEqual(['begun']));

    const stopped = jobs.relay.stop().then(() => steps.push('stopped'));
    goOn();
    await stopped;

    expect(steps).toEqual(['begun', 'ended', 'stopped']);
    expect(await outboxOf(program)).toEqual([]);
  });
});

describe('the seat of the only worker', () => {
  it('is taken by one process at a time, and free again when it ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rookery-seat-'));
    const url = `sqlite:${join(folder, 'rookery.sqlite')}`;
    const [first, second] = [openDatabase(url), openDatabase(url)];

    const whileBoth = [first, second, first].map((database) => database.takeWorkerSeat());
    // Only what was opened, by a first query, is closed.
    await migrateUp(first);
    await first.close();
    const afterFirst = second.takeWorkerSeat();
    await second.close();

    expect(whileBoth).toEqual([true, false, true]);
    expect(afterFirst).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
