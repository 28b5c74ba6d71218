import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Outbox, outbox } from '../../src/app/outbox.ts';
import { appendToOutbox } from '../../src/db/outbox.ts';
import { aPicture } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

describe('events that fail for the last time', () => {
  let server: TestServer;
  let shelf: Outbox;

  beforeEach(async () => {
    server = await testServer();
    shelf = outbox({ database: server.app.database, now: server.clock.now });
  });

  afterEach(() => server.close());

  /** An event that nobody here can handle, as a newer version may write. */
  async function aPoisonEvent(): Promise<void> {
    const at = server.clock.now().toISOString();
    await server.app.database.transaction((tx) =>
      appendToOutbox(tx, { topic: 'moon.risen', payload: {}, dueAt: at, createdAt: at }),
    );
  }

  async function workForADay(): Promise<void> {
    for (let hour = 0; hour < 24; hour += 1) {
      await server.work();
      server.clock.advance(3_600_000);
    }
  }

  it('become dead letters after twelve attempts, and block nobody', async () => {
    await aPoisonEvent();
    await workForADay();
    const media = await aPicture(server, 'alice');
    await server.work();

    const entries = await shelf.list();
    const picture = await server.app.database
      .selectFrom('media')
      .select('state')
      .where('id', '=', media)
      .executeTakeFirst();

    expect(entries).toMatchObject([
      {
        topic: 'moon.risen',
        subscriber: null,
        attempts: 12,
        error: 'Error: Nobody knows events of the topic moon.risen.',
      },
    ]);
    expect(picture).toEqual({ state: 'ready' });
  });

  it('are tried twelve times more after a retry', async () => {
    await aPoisonEvent();
    await workForADay();
    const [before] = await shelf.list();

    const count = await shelf.retryAll();
    const between = await shelf.list();
    await workForADay();

    expect(count).toBe(1);
    expect(between).toEqual([]);
    expect(await shelf.list()).toMatchObject([{ eventId: before?.eventId, attempts: 12 }]);
  });

  it('are forgotten when somebody drops them', async () => {
    await aPoisonEvent();
    await workForADay();
    const id = (await shelf.list())[0]?.id ?? 0;

    const answers = [await shelf.drop(id), await shelf.drop(id), await shelf.retry(id)];

    expect(answers).toEqual([true, false, false]);
    expect(await shelf.list()).toEqual([]);
  });

  it('are not dropped while they are still being tried', async () => {
    await aPoisonEvent();
    await server.work();
    const row = await server.app.database
      .selectFrom('outbox')
      .select(['id', 'attempts'])
      .executeTakeFirst();

    expect(row?.attempts).toBe(1);
    expect(await shelf.list()).toEqual([]);
    expect(await shelf.drop(row?.id ?? 0)).toBe(false);
  });

  it('become dead letters at once when their payload cannot be read', async () => {
    const at = server.clock.now().toISOString();
    await aPoisonEvent();
    await server.app.database.transaction((tx) =>
      tx.updateTable('outbox').set({ payload: 'not JSON' }).execute(),
    );
    await aPicture(server, 'alice');

    await server.work();

    const picture = await server.app.database
      .selectFrom('media')
      .select('state')
      .executeTakeFirst();
    expect(picture).toEqual({ state: 'ready' });
    expect(await shelf.list()).toMatchObject([
      { error: 'Its payload is no JSON.', deadLetterAt: at },
    ]);
  });
});
