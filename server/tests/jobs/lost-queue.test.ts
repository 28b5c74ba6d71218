import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rabbitBus } from '../../src/adapters/bus/rabbitmq.ts';
import { minuteMs } from '../../src/domain/durations.ts';
import { brokerWorker } from '../../src/jobs/broker-worker.ts';
import { brokerUrl, type TestQueue, testQueue, whyNoBroker } from '../support/broker.ts';
import { noise } from '../support/pictures.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { emitOn, jobsOf, outboxOf } from './jobs.ts';

const noBroker = await whyNoBroker();
if (noBroker) process.stderr.write(`${noBroker}: its tests are left out.\n`);

const patient = { timeout: 60_000, interval: 200 };
const silent = { info() {}, warn() {}, error() {} };

describe.skipIf(noBroker !== null)('work that a broker has', { timeout: 90_000 }, () => {
  let queue: TestQueue;
  let server: TestServer;

  beforeEach(async () => {
    queue = await testQueue();
    const environment = { AMQP_URL: brokerUrl, AMQP_QUEUE: queue.name };
    server = await testServer({ environment });
  });

  afterEach(async () => {
    await server.close();
    await queue.release();
  });

  it('is done, once, after the queue was deleted with it', async () => {
    const photo = await noise(64, 48).jpeg().toBuffer();
    const uploads = Array.from({ length: 10 }, () => server.upload('alice', photo));
    const ids = (await Promise.all(uploads)).map(({ body }) => body.id as string);
    await server.app.relay.drain();
    await expect.poll(() => queue.count(), patient).toBe(10);
    const statusOf = async (id: string) =>
      (await server.send('GET', `/v2/media/${id}`, { as: 'alice' })).body.state;

    await queue.delete();
    await server.app.startWork();
    const afterLoss = await Promise.all(ids.map(statusOf));
    server.clock.advance(10 * minuteMs);

    await expect
      .poll(async () => {
        // Who finds no queue waits a second before it tries again.
        server.clock.advance(1000);
        return Promise.all(ids.map(statusOf));
      }, patient)
      .toEqual(ids.map(() => 'ready'));
    await expect.poll(() => outboxOf(server), patient).toEqual([]);
    const { database } = server.app;
    const done = await database.selectFrom('done_events').select('event_id').execute();

    expect(afterLoss).toEqual(ids.map(() => 'processing'));
    expect(done).toHaveLength(10);
  });

  it('is repeated after an hour in which nobody did it, and done once', async () => {
    const runs: number[] = [];
    const run = async ({ postId }: { postId: number }) => void runs.push(postId);
    const bus = rabbitBus({ url: brokerUrl, queue: queue.name, concurrency: 4, log: silent });
    const handing = { ...bus, consume: async () => {} };
    const jobs = await jobsOf(server, { 'post.deleted': [{ name: 'note', run }] }, handing);
    const after = async (minutes: number) => {
      server.clock.advance(minutes * minuteMs);
      await jobs.relay.drain();
      return queue.count();
    };

    await emitOn(server, 'post.deleted', { postId: 7 });
    const counts = [
      await after(0),
      await after(10),
      await after(40),
      await after(30),
      await after(30),
    ];
    const { database } = server.app;
    await bus.consume(brokerWorker({ database, now: server.clock.now, handle: jobs.work }));
    await expect.poll(() => outboxOf(server), patient).toEqual([]);
    await expect.poll(() => queue.count(), patient).toBe(0);
    await bus.close();

    expect(counts).toEqual([1, 1, 1, 2, 2]);
    expect(runs).toEqual([7]);
  });
});
