import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { localBus } from '../../src/adapters/bus/local.ts';
import { type RabbitOptions, rabbitBus } from '../../src/adapters/bus/rabbitmq.ts';
import type { Bus, BusMessage } from '../../src/domain/ports.ts';
import {
  type BrokerPath,
  brokerPath,
  brokerUrl,
  type TestQueue,
  testQueue,
  whyNoBroker,
} from '../support/broker.ts';

const noBroker = await whyNoBroker();
if (noBroker) process.stderr.write(`${noBroker}: its tests are left out.\n`);

const silent = { info() {}, warn() {}, error() {} };
const soon = { timeout: 10_000, interval: 20 };

function event(id: number): BusMessage {
  return { id, topic: 'media.uploaded', payload: { mediaId: id }, subscriber: null, attempts: 0 };
}

function idsOf(handler: ReturnType<typeof vi.fn>): number[] {
  return [...new Set(handler.mock.calls.map(([message]) => message.id))].sort((a, b) => a - b);
}

type Subject = { name: string; isThere: boolean; make: () => Promise<[Bus, () => Promise<void>]> };

const subjects: Subject[] = [
  { name: 'local', isThere: true, make: async () => [localBus(), async () => {}] },
  {
    name: 'rabbitmq',
    isThere: noBroker === null,
    async make() {
      const queue = await testQueue();
      const bus = rabbitBus({ url: brokerUrl, queue: queue.name, concurrency: 8, log: silent });
      return [bus, () => queue.release()];
    },
  },
];

for (const { name, isThere, make } of subjects) {
  describe.skipIf(!isThere)(`the bus: ${name}`, () => {
    let bus: Bus;
    let release: () => Promise<void>;

    beforeEach(async () => {
      [bus, release] = await make();
    });

    afterEach(async () => {
      await bus.close();
      await release();
    });

    it('says that it is well', async () => {
      await expect(bus.check()).resolves.toBeUndefined();
    });

    it('hands an event over as it was published', async () => {
      const handler = vi.fn(async () => {});
      const sent = { ...event(7), payload: { text: 'Grüße 🌄' }, subscriber: 'mail', attempts: 3 };
      await bus.consume(handler);

      await bus.publish(sent);

      await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce(), soon);
      expect(handler).toHaveBeenCalledWith(expect.objectContaining(sent));
    });

    it('hands each of many events over once', async () => {
      const handler = vi.fn(async () => {});
      const ids = Array.from({ length: 300 }, (_, i) => i + 1);
      await bus.consume(handler);

      await Promise.all(ids.map((id) => bus.publish(event(id))));

      await vi.waitFor(() => expect(idsOf(handler)).toEqual(ids), soon);
      expect(handler).toHaveBeenCalledTimes(300);
    });

    it('lets an event that its handler refuses keep no other waiting', async () => {
      const handler = vi.fn(async ({ id }: BusMessage) => {
        if (id === 1) throw new Error('not this one');
      });
      await bus.consume(handler);

      const refused = bus.publish(event(1)).catch(() => {});
      await Promise.all([2, 3, 4, 5].map((id) => bus.publish(event(id))));

      await refused;
      await vi.waitFor(() => expect(idsOf(handler)).toEqual([1, 2, 3, 4, 5]), soon);
    });

    it('waits for running handlers when it closes', async () => {
      const gate = Promise.withResolvers<void>();
      const handler = vi.fn(() => gate.promise);
      const ended: string[] = [];
      await bus.consume(handler);
      const published = bus.publish(event(1));
      await vi.waitFor(() => expect(handler).toHaveBeenCalled(), soon);

      const closed = bus.close().then(() => ended.push('closed'));
      await sleep(100);
      ended.push('handled');
      gate.resolve();

      await Promise.all([published, closed]);
      expect(ended).toEqual(['handled', 'closed']);
    });

    it('takes no event after it was closed', async () => {
      await bus.consume(async () => {});
      await bus.close();

      await expect(bus.publish(event(1))).rejects.toThrow();
    });
  });
}

describe.skipIf(noBroker !== null)('RabbitMQ between processes', () => {
  let path: BrokerPath;
  let queue: TestQueue;
  let buses: Bus[];

  beforeEach(async () => {
    path = await brokerPath();
    queue = await testQueue();
    buses = [];
  });

  afterEach(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await path.close();
    await queue.release();
  });

  function open(options: Partial<RabbitOptions> = {}): Bus {
    const bus = rabbitBus({
      url: path.url,
      queue: queue.name,
      concurrency: 8,
      log: silent,
      ...options,
    });
    buses.push(bus);
    return bus;
  }

  it('keeps events until somebody consumes', async () => {
    const handler = vi.fn(async () => {});
    await open().publish(event(1));

    await open().consume(handler);

    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1]), soon);
  });

  it('hands over to another process what one had when it died', async () => {
    const [dying, survivor] = [vi.fn(() => sleep(1000)), vi.fn(async () => {})];
    const bus = open({ url: brokerUrl });
    await open().consume(dying);
    await bus.publish(event(1));
    await vi.waitFor(() => expect(dying).toHaveBeenCalled(), soon);

    await bus.consume(survivor);
    await path.close();

    await vi.waitFor(() => expect(survivor).toHaveBeenCalledOnce(), soon);
    expect(survivor).toHaveBeenCalledWith({ ...event(1), redeliveries: 1 });
  });

  it('handles no more at once than it was told to', async () => {
    const gate = Promise.withResolvers<void>();
    const handler = vi.fn(() => gate.promise);
    const bus = open({ concurrency: 3 });
    await bus.consume(handler);

    await Promise.all(Array.from({ length: 20 }, (_, i) => bus.publish(event(i + 1))));
    await sleep(200);

    expect(handler).toHaveBeenCalledTimes(3);
    gate.resolve();
    await vi.waitFor(() => expect(handler).toHaveBeenCalledTimes(20), soon);
  });

  it('goes on by itself when its connections are cut', async () => {
    const handler = vi.fn(async () => {});
    const bus = open();
    await bus.consume(handler);
    await bus.publish(event(1));
    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1]), soon);

    path.cut();

    await vi.waitFor(() => bus.publish(event(2)), soon);
    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1, 2]), soon);
  });

  it('refuses events at once while the broker is down, and takes them again after', async () => {
    const handler = vi.fn(async () => {});
    const bus = open();
    await bus.consume(handler);
    await bus.publish(event(1));

    await path.close();
    const askedAt = Date.now();
    await expect(bus.publish(event(2))).rejects.toThrow(/broker/);
    await expect(bus.publish(event(3))).rejects.toThrow('The broker is not reached');
    const refusedAfterMs = Date.now() - askedAt;
    await path.open();

    expect(refusedAfterMs).toBeLessThan(500);
    await vi.waitFor(() => bus.publish(event(4)), soon);
    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1, 4]), soon);
  });

  it('begins when the broker comes up after it', async () => {
    const handler = vi.fn(async () => {});
    await path.close();
    const bus = open();

    await bus.consume(handler);
    await expect(bus.check()).rejects.toThrow('ECONNREFUSED');
    await expect(bus.publish(event(1))).rejects.toThrow('The broker is not reached');
    await path.open();

    await vi.waitFor(() => bus.publish(event(2)), soon);
    await vi.waitFor(() => expect(idsOf(handler)).toEqual([2]), soon);
  });

  it('does not take an event for safe that the broker never confirmed', async () => {
    const bus = open({ limits: { confirmTimeoutMs: 200 } });
    await bus.publish(event(1));

    path.swallow();

    await expect(bus.publish(event(2))).rejects.toThrow('did not confirm');
  });

  it('declares a queue anew that somebody deleted', async () => {
    const handler = vi.fn(async () => {});
    const [near, far] = [open(), open()];
    await near.consume(handler);
    await far.publish(event(1));
    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1]), soon);

    await queue.delete();

    await vi.waitFor(() => far.publish(event(2)), soon);
    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1, 2]), soon);
  });

  it('does not take an event for safe when there is no queue', async () => {
    const bus = open();
    await bus.publish(event(1));
    await queue.delete();

    await expect(bus.publish(event(2))).rejects.toThrow('There is no queue');

    await vi.waitFor(() => bus.publish(event(3)), soon);
    expect(await queue.count()).toBe(1);
  });

  it('puts what is no event to the dead letters, and goes on', async () => {
    const handler = vi.fn(async () => {});
    const bus = open({ concurrency: 1 });
    await bus.consume(handler);

    await queue.send('no JSON');
    await queue.send('{"id":"no number"}');
    await bus.publish(event(1));

    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1]), soon);
    await vi.waitFor(async () => expect(await queue.count('.dead')).toBe(2), soon);
  });

  it('gives up an event in the end that is refused each time', async () => {
    const handler = vi.fn(async () => {
      throw new Error('never');
    });
    const bus = open({ limits: { deliveryLimit: 2, refusalMs: 1 } });
    await bus.consume(handler);

    await bus.publish(event(1));

    await vi.waitFor(async () => expect(await queue.count('.dead')).toBe(1), soon);
    expect(handler).toHaveBeenCalledTimes(3);
  });

  it('survives a handler that throws instead of rejecting', async () => {
    const handler = vi.fn((message: BusMessage) => {
      if (message.id === 1) throw new Error('at once');
      return Promise.resolve();
    });
    const bus = open();
    await bus.consume(handler);

    await bus.publish(event(1));
    await bus.publish(event(2));

    await vi.waitFor(() => expect(idsOf(handler)).toEqual([1, 2]), soon);
  });
});
