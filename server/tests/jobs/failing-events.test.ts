import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Subscriptions } from '../../src/jobs/subscriptions.ts';
import { worker } from '../../src/jobs/worker.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const event = { id: 7, topic: 'media.uploaded', payload: { mediaId: 1 }, attempts: 0 };
const log = { warn() {}, error() {} };

describe('an event that fails', () => {
  let program: TestApp;

  beforeEach(async () => {
    program = await testApp();
  });

  afterEach(() => program.close());

  function workerOf(...run: Array<() => Promise<void>>) {
    const { database } = program.app;
    const subscribers = run.map((each, i) => ({ name: `subscriber-${i}`, run: each }));
    const subscriptions = { 'media.uploaded': subscribers } as unknown as Subscriptions;
    return worker({ database, now: program.clock.now, chance: () => 0.5, log, subscriptions });
  }

  function rows() {
    return program.app.database
      .selectFrom('outbox')
      .select(['event_id', 'subscriber', 'attempts', 'due_at', 'last_error'])
      .execute();
  }

  it('runs each subscriber once, however often the event comes', async () => {
    const run = vi.fn(async () => {});
    const work = workerOf(run);

    for (const redeliveries of [0, 1, 2]) await work({ ...event, subscriber: null, redeliveries });

    expect(run).toHaveBeenCalledOnce();
  });

  it('repeats a subscriber that failed, and not the others', async () => {
    const fails = async () => {
      throw new Error('no room');
    };
    const run = vi.fn(async () => {});

    await workerOf(fails, run)({ ...event, subscriber: null });

    expect(run).toHaveBeenCalledOnce();
    expect(await rows()).toEqual([
      {
        event_id: 7,
        subscriber: 'subscriber-0',
        attempts: 1,
        due_at: '2026-06-01T12:00:01.000Z',
        last_error: 'Error: no room',
      },
    ]);
  });

  it('puts an event off that seems to end its workers', async () => {
    const run = vi.fn(async () => {});

    await workerOf(run)({ ...event, subscriber: null, redeliveries: 4 });

    expect(run).not.toHaveBeenCalled();
    expect(await rows()).toMatchObject([{ event_id: 7, subscriber: null, attempts: 1 }]);
  });

  it('keeps an event for a subscriber that is not there', async () => {
    await workerOf()({ ...event, subscriber: 'subscriber-9' });

    expect(await rows()).toMatchObject([
      { subscriber: 'subscriber-9', last_error: 'Error: No subscriber is named subscriber-9.' },
    ]);
  });
});
