import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { leaseRange } from '../../src/db/ids.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { claimOutbox } from '../../src/db/outbox.ts';
import type { WriteOnce } from '../../src/jobs/subscriptions.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { dyingBus, emitOn, jobsOf, outboxOf } from './jobs.ts';

describe('the relay', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
  });

  afterEach(() => server.close());

  it('delivers again after a crash between the work and its row, without a second write', async () => {
    const run = (_payload: unknown, write: WriteOnce) =>
      write(async (tx) => void (await leaseRange(tx, 'posts', 1)));
    const subscribers = { 'post.deleted': [{ name: 'count', run }] };
    const dying = await jobsOf(server, subscribers, dyingBus());
    const next = await jobsOf(server, subscribers);
    await emitOn(server, 'post.deleted', { postId: 1 });

    await dying.relay.drain();
    const afterCrash = await outboxOf(server);
    await next.relay.drain();
    const whileLeased = await outboxOf(server);
    server.clock.advance(30_000);
    await next.relay.drain();
    const firstFree = await server.app.database.transaction((tx) => leaseRange(tx, 'posts', 1));

    expect(afterCrash).toHaveLength(1);
    expect(whileLeased).toHaveLength(1);
    expect(await outboxOf(server)).toEqual([]);
    expect(firstFree).toBe(2);
  });

  it('takes over at its start what a dead worker had claimed, but no delay of a repeat', async () => {
    const runs: number[] = [];
    const run = async ({ postId }: { postId: number }) => {
      runs.push(postId);
      if (postId === 2) throw new Error('Not yet.');
    };
    const jobs = await jobsOf(server, { 'post.deleted': [{ name: 'note', run }] });
    await emitOn(server, 'post.deleted', { postId: 2 });
    await jobs.relay.drain();
    await emitOn(server, 'post.deleted', { postId: 1 });
    const now = server.clock.now().toISOString();
    await claimOutbox(server.app.database, {
      now,
      leaseUntil: '2026-06-01T12:00:30.000Z',
      limit: 8,
    });

    jobs.relay.start();
    await vi.waitFor(() => expect(runs).toHaveLength(2));
    await jobs.relay.stop();

    expect(runs).toEqual([2, 1]);
    expect(await outboxOf(server)).toMatchObject([{ subscriber: 'note', attempts: 1 }]);
  });

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
    const jobs = await jobsOf(server, { 'post.deleted': [{ name: 'slow', run }] });
    jobs.relay.start();
    await emitOn(server, 'post.deleted', { postId: 1 });
    await vi.waitFor(() => expect(steps).toEqual(['begun']));

    const stopped = jobs.relay.stop().then(() => steps.push('stopped'));
    goOn();
    await stopped;

    expect(steps).toEqual(['begun', 'ended', 'stopped']);
    expect(await outboxOf(server)).toEqual([]);
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
