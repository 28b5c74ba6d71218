import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localBus } from '../../src/adapters/bus/local.ts';
import { relay } from '../../src/jobs/relay.ts';
import type { Subscriptions } from '../../src/jobs/subscriptions.ts';
import { worker } from '../../src/jobs/worker.ts';
import { aPost } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { outboxOf } from './jobs.ts';

/** While one version replaces another, each meets what the other has written. */
describe('the edit of a published post, while two versions run', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('bob');
    const id = await aPost(server, 'alice', { text: 'First light.', state: 'published' });
    await server.work();
    await server.send('PATCH', `/v2/posts/${id}`, { as: 'alice', body: { text: 'With @bob.' } });
  });

  afterEach(() => server.close());

  /** Works off what is due, without a subscriber of the new event. */
  async function workOfAnOlderVersion(): Promise<void> {
    const { database, subscriptions } = server.app;
    const { 'post.changed': _, ...known } = subscriptions;
    const needs = { database, now: server.clock.now, log: { warn() {}, error() {} } };
    const bus = localBus();
    const older = { ...needs, chance: () => 0.5, subscriptions: known as Subscriptions };
    await bus.consume(worker(older));
    await relay({ ...needs, bus, concurrency: 8 }).drain();
  }

  async function toldBob(): Promise<string[]> {
    const { body } = await server.send('GET', '/v2/notifications', { as: 'bob' });
    return body.items.map(({ kind }: { kind: string }) => kind);
  }

  it('is an event of its own', async () => {
    expect(await outboxOf(server)).toMatchObject([{ topic: 'post.changed', subscriber: null }]);
  });

  it('tells whom it mentions when an older version wrote that the post was published', async () => {
    await server.app.database.transaction((tx) =>
      tx
        .updateTable('outbox')
        .set({ topic: 'post.published' })
        .where('topic', '=', 'post.changed')
        .execute(),
    );

    await server.work();

    expect(await toldBob()).toEqual(['mentioned']);
  });

  it('waits for a newer version when an older worker takes it', async () => {
    await workOfAnOlderVersion();
    const kept = await outboxOf(server);

    server.clock.advance(2000);
    await server.work();

    expect(kept).toMatchObject([{ topic: 'post.changed', subscriber: null, attempts: 1 }]);
    expect(await toldBob()).toEqual(['mentioned']);
  });
});
