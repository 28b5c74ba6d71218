import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeFromOutbox } from '../../src/db/outbox.ts';
import { aDevice, aPost, changeAccount } from '../support/given.ts';
import { smallPicture } from '../support/pictures.ts';
import { beforeTransaction } from '../support/races.ts';
import { type Person, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});

afterEach(() => server.close());

describe('an event that two workers see at once', () => {
  it('is claimed by one of them', async () => {
    await server.tokens('bob');
    await aPost(server, 'alice', { text: 'With @bob.' });
    const { database } = server.app;
    const claim = async (leaseUntil: string) => {
      const now = '2026-06-01T12:00:01.000Z';
      return (await takeFromOutbox(database, { now, leaseUntil, limit: 10 })).claimed;
    };
    let firsts: number[] = [];
    beforeTransaction(server, async () => {
      firsts = (await claim('2026-06-01T12:00:30.000Z')).map(({ id }) => id);
    });
    const seconds = await claim('2026-06-01T12:00:31.000Z');

    expect([firsts.length > 0, seconds]).toEqual([true, []]);
  });
});

describe('a picture that is deleted while its sizes are made', () => {
  it('leaves no file behind', async () => {
    const { body } = await server.upload('alice', await smallPicture('png'));
    const { media } = server.app.services;
    const { database, blobs } = server.app;
    const lend = blobs.lend.bind(blobs);
    blobs.lend = async (key, work) => {
      blobs.lend = lend;
      const made = await lend(key, work);
      server.clock.advance(25 * 3_600_000);
      expect(await media.discardLoose()).toBe(1);
      await server.work();
      return made;
    };
    await media.makeVariants(body.id, (work) =>
      database.transaction(async (tx) => void (await work(tx))),
    );
    await server.work();

    const left: string[] = [];
    for (const prefix of ['originals/', 'variants/'])
      for await (const { key } of blobs.list(prefix)) left.push(key);
    expect(left).toEqual([]);
  });
});

describe('a push about somebody whose account is disabled by then', () => {
  const like = async (as: Person) => {
    const post = await aPost(server, 'alice');
    await server.work();
    await server.send('PUT', `/v2/posts/${post}/like`, { as });
  };
  const follow = (as: Person) => server.send('PUT', '/v2/users/alice/follow', { as });
  const mention = (as: Person) => aPost(server, as, { text: 'Look, @alice!' });

  async function pushes(): Promise<number> {
    const rows = await server.app.database
      .selectFrom('done_events')
      .select('event_id')
      .where('subscriber', '=', 'spread-push')
      .execute();
    return rows.length;
  }

  const acts = { like, follow, mention };
  const disabled = ['bob', 'alice', null] as const;

  it.each(
    (Object.keys(acts) as Array<keyof typeof acts>).flatMap((act) =>
      disabled.map((person) => [act, person] as const),
    ),
  )('%s of bob, %s is disabled', async (act, person) => {
    await aDevice(server, 'alice');
    await acts[act]('bob');
    if (person) await changeAccount(server, person, { disabled: true });
    await server.work();

    expect(await pushes()).toBe(person ? 0 : 1);
  });
});
