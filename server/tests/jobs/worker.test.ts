import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { samplePhoto } from '../../src/adapters/images/sample-photo.ts';
import type { BusMessage } from '../../src/domain/ports.ts';
import type { WriteOnce } from '../../src/jobs/subscriptions.ts';
import { retryDelayMs } from '../../src/jobs/worker.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { emitOn, jobsOf, outboxOf } from './jobs.ts';

const deleted: BusMessage = {
  id: 7,
  topic: 'post.deleted',
  payload: { postId: 1 },
  subscriber: null,
  attempts: 0,
};

describe('the worker', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
  });

  afterEach(() => server.close());

  it('goes on after a crash between the files of a picture and its row', async () => {
    const { media } = server.app.services;
    const { body } = await server.upload('alice', await samplePhoto(1));
    const crash: WriteOnce = () => Promise.reject(new Error('killed'));
    const writes = [crash];
    const makeVariants = {
      name: 'make-variants',
      run: ({ mediaId }: { mediaId: number }, write: WriteOnce) =>
        media.makeVariants(mediaId, writes.shift() ?? write),
    };
    const jobs = await jobsOf(server, { 'media.uploaded': [makeVariants] });

    await jobs.relay.drain();
    const crashed = await server.send('GET', `/v2/media/${body.id}`, { as: 'alice' });
    const filesThen = filesOf(server);
    server.clock.advance(1000);
    await jobs.relay.drain();
    const repeated = await server.send('GET', `/v2/media/${body.id}`, { as: 'alice' });

    expect(crashed.body).toMatchObject({ state: 'processing', images: [] });
    expect(filesThen).toHaveLength(4);
    expect(repeated.body.state).toBe('ready');
    expect(filesOf(server)).toEqual(filesThen);
    expect(await outboxOf(server)).toEqual([]);
  });

  it('writes once when an event comes twice, even at the same time', async () => {
    let writes = 0;
    const run = (_payload: unknown, write: WriteOnce) =>
      write(async () => {
        writes += 1;
      });
    const jobs = await jobsOf(server, { 'post.deleted': [{ name: 'count', run }] });

    await Promise.all([jobs.work(deleted), jobs.work(deleted)]);
    await jobs.work(deleted);

    expect(writes).toBe(1);
  });

  it('rolls the note that an event is done back with the write that failed', async () => {
    let attempts = 0;
    const run = (_payload: unknown, write: WriteOnce) =>
      write(async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('The disk is full.');
      });
    const jobs = await jobsOf(server, { 'post.deleted': [{ name: 'flaky', run }] });

    await jobs.work(deleted);
    server.clock.advance(1000);
    await jobs.relay.drain();

    expect(attempts).toBe(2);
    expect(await outboxOf(server)).toEqual([]);
  });

  it('repeats a failing subscriber ever later, and sets it aside after 12 attempts', async () => {
    const run = () => Promise.reject(new Error('The mail server is down.'));
    const jobs = await jobsOf(server, { 'post.deleted': [{ name: 'failing', run }] });
    await emitOn(server, 'post.deleted', { postId: 1 });

    const delays: number[] = [];
    for (let i = 1; i <= 12; i += 1) {
      await jobs.relay.drain();
      const [row] = await outboxOf(server);
      delays.push(Date.parse(row!.due_at) - server.clock.now().getTime());
      server.clock.advance(delays.at(-1)!);
    }
    server.clock.advance(48 * 3_600_000);
    await jobs.relay.drain();

    expect(delays.map((ms) => ms / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 0]);
    expect(await outboxOf(server)).toMatchObject([
      { subscriber: 'failing', attempts: 12, last_error: 'Error: The mail server is down.' },
    ]);
    expect((await outboxOf(server))[0]?.set_aside_at).not.toBeNull();
    expect(jobs.logged.at(-1)).toBe(
      'a job failed for the last time and is now a dead letter; see `rookery outbox list`',
    );
  });

  it('does not repeat the other subscribers of an event', async () => {
    const runs: string[] = [];
    const good = async () => void runs.push('good');
    const flaky = async () => {
      runs.push('flaky');
      if (runs.length < 3) throw new Error('Not yet.');
    };
    const jobs = await jobsOf(server, {
      'post.deleted': [
        { name: 'flaky', run: flaky },
        { name: 'good', run: good },
      ],
    });
    await emitOn(server, 'post.deleted', { postId: 1 });

    await jobs.relay.drain();
    server.clock.advance(1000);
    await jobs.relay.drain();

    expect(runs).toEqual(['flaky', 'good', 'flaky']);
    expect(await outboxOf(server)).toEqual([]);
  });
});

describe('the delay of a repeat', () => {
  it.each([
    [1, 0, 750],
    [1, 1, 1250],
    [2, 0.5, 2000],
    [11, 0.5, 1_024_000],
    [12, 0.5, null],
  ])('after attempt %i at chance %f is %s ms', (attempts, chance, delay) => {
    expect(retryDelayMs(attempts, chance)).toBe(delay);
  });
});

function filesOf(server: TestServer): string[] {
  const folder = join(server.dataDir, 'blobs', 'variants');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
