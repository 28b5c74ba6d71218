import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
      },
      async consume() {},
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
