import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeFromOutbox } from '../../src/db/outbox.ts';
import type { BusMessage } from '../../src/domain/ports.ts';
import { type Relay, relay } from '../../src/jobs/relay.ts';
import { aPicture } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

describe('an event that cannot be handed on', () => {
  let server: TestServer;
  let events: Relay;
  let taken: BusMessage[];
  let isDown: boolean;

  beforeEach(async () => {
    server = await testServer();
    taken = [];
    isDown = true;
    const bus = {
      async publish(message: BusMessage) {
        if (isDown) throw new Error('The broker is not reached.');
        taken.push(message);
        return 'handled' as const;
      },
      async consume() {},
      countWaiting: async () => 0,
      async check() {},
      async close() {},
    };
    const log = { warn() {}, error() {} };
    const { database } = server.app;
    events = relay({ database, bus, log, now: server.clock.now, concurrency: 2 });
  });

  afterEach(async () => {
    await events.stop();
    await server.close();
  });

  it('keeps what the bus refuses, and hands it on a moment later', async () => {
    for (let i = 0; i < 5; i += 1) await aPicture(server, 'alice');
    await events.drain();
    const refused = [...taken];
    isDown = false;

    server.clock.advance(1000);
    await events.drain();

    expect(refused).toEqual([]);
    expect(taken.map(({ payload }) => payload)).toHaveLength(5);
    expect(await server.app.database.selectFrom('outbox').select('id').execute()).toEqual([]);
  });
});

describe('an event whose worker is always gone before its end', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
  });

  afterEach(() => server.close());

  it('is begun four times, and then waits like one that fails', async () => {
    await aPicture(server, 'alice');
    const { database } = server.app;
    for (let crash = 0; crash < 4; crash += 1) {
      const now = server.clock.now().toISOString();
      server.clock.advance(31_000);
      const leaseUntil = server.clock.now().toISOString();
      await takeFromOutbox(database, { now, leaseUntil, limit: 10 });
    }

    await server.work();
    const [row] = await database.selectFrom('outbox').selectAll().execute();

    expect(row).toMatchObject({ topic: 'media.uploaded', attempts: 1, claims: 0 });
    expect(row?.last_error).toContain('each time its worker was gone');
  });
});
