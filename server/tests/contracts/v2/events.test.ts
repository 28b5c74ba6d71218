import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventStream } from '../../../src/contracts/v2/event-stream.ts';
import { notificationPresenter } from '../../../src/contracts/v2/notification-wire.ts';
import { ownCredential } from '../../../src/domain/credential.ts';
import { newPeople } from '../../support/crowd.ts';
import { type EventStream, openEvents } from '../../support/event-stream.ts';
import { aPost, changeAccount } from '../../support/given.ts';
import { refusals } from '../../support/scenarios.ts';
import {
  type Person,
  passwords,
  type ServerOptions,
  type TestServer,
  testServer,
} from '../../support/server.ts';

const minuteMs = 60_000;
const device = { name: 'test', address: '127.0.0.1' };

refusals('what a stream refuses', [
  ...['p1', 'n', 'x'.repeat(65), 'n1; drop'].map((id) => ({
    name: `to go on after ${id}`,
    as: 'alice' as const,
    send: ['GET', '/v2/events'] as ['GET', string],
    headers: { 'last-event-id': id },
    expect: [422, { code: 'invalid', fields: [{ field: 'last-event-id' }] }] as [number, object],
  })),
  { name: 'HEAD', as: 'alice', send: ['HEAD', '/v2/events'], expect: [405] },
]);

describe('the body of a stream', () => {
  it('is cut when nobody reads it, before much has gathered', () => {
    const { body, listener } = eventStream(notificationPresenter(''), 1000);
    const told = { accountId: 1, key: 1, readKey: 0, unread: 1 };
    const news = { notifications: [], hasGap: false, isUnreadNew: true, told };
    let times = 0;

    while (!body.destroyed && times < 100_000) {
      listener.tell(news);
      times += 1;
    }
    listener.heartbeat();
    listener.end();

    expect(body.destroyed).toBe(true);
    expect(body.readableLength).toBeLessThan(600_000);
  });
});

describe('GET /v2/events', () => {
  let server: TestServer;
  let url: string;
  let postId: number;
  let streams: EventStream[];

  async function begin(options: ServerOptions = {}): Promise<void> {
    server = await testServer({ http: { drainMs: 0 }, ...options });
    url = await server.listen();
    streams = [];
    await server.tokens('bob');
    postId = await aPost(server, 'alice', { text: 'First light.' });
    await server.work();
  }

  beforeEach(() => begin());

  afterEach(async () => {
    for (const stream of streams) stream.close();
    await server.close();
  });

  async function open(as: Person, lastEventId?: string): Promise<EventStream> {
    const { accessToken } = await server.tokens(as);
    return openWith(accessToken, lastEventId);
  }

  async function openWith(token: string, lastEventId?: string): Promise<EventStream> {
    const stream = await openEvents(url, token, lastEventId);
    streams.push(stream);
    return stream;
  }

  const like = async (as: Person) => {
    await server.send('PUT', `/v2/posts/${postId}/like`, { as });
    await server.work();
  };

  const follow = async (as: Person) => {
    await server.send('PUT', '/v2/users/alice/follow', { as });
    await server.work();
  };

  it('begins with how much is unread, and passes through a proxy', async () => {
    await like('bob');

    const stream = await open('alice');

    expect(stream.status).toBe(200);
    expect(await stream.next('unread-count')).toMatchObject({ data: { count: 1 } });
    expect(stream.retryMs()).toBeGreaterThanOrEqual(1000);
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'private, no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
  });

  it('tells of a like as the list does, and that one more is unread', async () => {
    const stream = await open('alice');
    await stream.next('unread-count');

    await like('bob');
    const told = await stream.next('notification');
    const list = await server.send('GET', '/v2/notifications', { as: 'alice' });

    expect(told.data).toEqual(list.body.items[0]);
    expect(told.id).toBe(told.data.cursor);
    expect(await stream.next('unread-count')).toMatchObject({ data: { count: 1 } });
  });

  it('tells the other screens what one has read', async () => {
    await like('bob');
    const stream = await open('alice');
    await stream.next('unread-count');
    const [{ cursor }] = (await server.send('GET', '/v2/notifications', { as: 'alice' })).body
      .items;

    await server.send('PUT', '/v2/notifications/read', { as: 'alice', body: { upTo: cursor } });

    expect(await stream.next('unread-count')).toMatchObject({ data: { count: 0 } });
  });

  it('goes on exactly where it was left', async () => {
    const first = await open('alice');
    const opened = await first.next('unread-count');
    await like('bob');
    const seen = await first.next('notification');
    first.close();
    await follow('bob');
    await like('carla');

    const resumed = await open('alice', seen.id ?? '');
    await resumed.next('unread-count');
    await follow('carla');
    await resumed.next('unread-count');
    const fromTheStart = await open('alice', opened.id ?? '');
    await fromTheStart.next('unread-count');

    const kinds = (stream: EventStream) =>
      stream.events
        .filter(({ type }) => type === 'notification')
        .map(({ data }) => `${data.kind} ${data.actors[0].username}`);
    expect(kinds(resumed)).toEqual(['followed bob', 'liked carla', 'followed carla']);
    expect(kinds(fromTheStart)).toEqual(['followed bob', 'liked carla', 'followed carla']);
    expect(new Set(resumed.events.map(({ id }) => id)).size).toBe(3);
  });

  it('says so when more was missed than it sends again', { timeout: 60_000 }, async () => {
    const first = await open('alice');
    const opened = await first.next('unread-count');
    first.close();
    for (const person of await newPeople(server, 101)) {
      await server.app.services.follows.follow(person, 'alice');
    }
    await server.work();

    const resumed = await open('alice', opened.id ?? '');
    await resumed.next('unread-count');

    expect(resumed.events).toMatchObject([
      { type: 'gap' },
      { type: 'unread-count', data: { count: 101 } },
    ]);
  });

  it('S39: reads no token from its address', async () => {
    const { accessToken } = await server.tokens('alice');

    const { status } = await server.send('GET', `/v2/events?token=${accessToken}`);

    expect(status).toBe(401);
  });

  const endings: Array<[name: string, act: () => Promise<unknown>]> = [
    [
      'S31: the session is ended',
      () => server.send('DELETE', '/v2/sessions/current', { as: 'bob' }),
    ],
    [
      'S32: the account is closed',
      () => server.send('DELETE', '/v2/me', { as: 'bob', body: { password: passwords.bob } }),
    ],
    ['S32: the account is disabled', () => changeAccount(server, 'bob', { disabled: true })],
    ['S52: the role is another', () => changeAccount(server, 'bob', { role: 'moderator' })],
    ['S29: the token expires', async () => server.clock.advance(15 * minuteMs)],
  ];

  it.each(endings)('ends within a second when %s', async (_name, act) => {
    const stream = await open('bob');
    await stream.next('unread-count');
    await act();

    const ms = await stream.ended();

    expect(ms).toBeLessThan(1000);
  });

  it('S32: ends within seconds although no broadcast says that the account is disabled', async () => {
    const stream = await open('bob');
    await stream.next('unread-count');
    await server.app.database.transaction((tx) =>
      tx
        .updateTable('accounts')
        .set({ disabled_at: '2026-06-01T12:00:00.000Z' })
        .where('username', '=', 'bob')
        .execute(),
    );

    const ms = await stream.ended();

    expect(ms).toBeLessThan(3000);
  });

  it('goes on for the other sessions of the account', async () => {
    const kept = await open('alice');
    server.forget('alice');
    const ended = await open('alice');
    await server.send('DELETE', '/v2/sessions/current', { as: 'alice' });
    await ended.ended();

    await like('bob');

    expect(await kept.next('notification')).toMatchObject({ data: { kind: 'liked' } });
  });

  it('shows every 15 seconds that it lives', async () => {
    const stream = await open('alice');
    await stream.next('unread-count');

    server.clock.advance(15_000);

    await vi.waitFor(() => expect(stream.beats()).toBe(1), 2000);
  });

  it('lets the oldest of eleven go', async () => {
    const oldest = await open('alice');
    for (let i = 0; i < 9; i += 1) await open('alice');
    const other = await open('bob');

    await open('alice');

    expect(await oldest.ended()).toBeLessThan(1000);
    await like('bob');
    await Promise.all(streams.slice(1, 10).map((it) => it.next('notification')));
    expect((await other.next('unread-count')).data).toEqual({ count: 0 });
  });

  it('is refused when the process has too many, and there again when one has gone', async () => {
    await server.close();
    await begin({ environment: { EVENT_STREAMS: '1' } });
    const first = await open('alice');
    await first.next('unread-count');

    const refused = await server.send('GET', '/v2/events', { as: 'bob' });
    first.close();
    await vi.waitFor(async () => expect((await open('bob')).status).toBe(200), 2000);

    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(refused.headers['retry-after']).toBe('2');
  });

  it('forgets those who left before it began', async () => {
    await server.close();
    await begin({ environment: { EVENT_STREAMS: '3' } });
    const { accessToken } = await server.tokens('alice');
    const headers = { authorization: `Bearer ${accessToken}` };

    for (let ms = 0; ms < 20; ms += 1) {
      const left = fetch(`${url}/v2/events`, { headers, signal: AbortSignal.timeout(ms) });
      await left.then(({ body }) => body?.cancel()).catch(() => {});
    }

    await vi.waitFor(async () => {
      const opened = await Promise.all([open('alice'), open('bob'), open('carla')]);
      expect(opened.map(({ status }) => status)).toEqual([200, 200, 200]);
    }, 5000);
  });

  it('ends at once when the server stops, and does not hold it up', async () => {
    const stream = await open('alice');
    await stream.next('unread-count');

    const begin = Date.now();
    await server.http.close();

    expect(Date.now() - begin).toBeLessThan(2500);
    expect(await stream.ended()).toBeLessThan(100);
    await expect(
      server.app.services.live.open(viewer(1, 1), null, { tell() {}, heartbeat() {}, end() {} }),
    ).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('costs as many queries for a hundred as for one, and none when nobody listens', {
    timeout: 180_000,
  }, async () => {
    const people = await newPeople(server, 100);
    const { sessions, follows } = server.app.services;
    // Every prepared read asks for it.
    const executed = vi.spyOn(server.app.database, 'getExecutor');
    const selected = vi.spyOn(server.app.database, 'selectFrom');
    const queriesIn = async (ms: number) => {
      executed.mockClear();
      selected.mockClear();
      await sleep(ms);
      return executed.mock.calls.length + selected.mock.calls.length;
    };
    const opened: EventStream[] = [];
    for (const { accountId } of people) {
      const context = { audience: 'v2', device };
      const { accessToken } = await sessions.open(accountId, { by: 'identity' }, context);
      opened.push(await openWith(accessToken));
    }
    // Until its queries were compiled once.
    await sleep(2500);

    const quiet = await queriesIn(5000);
    const bob = viewer((await server.send('GET', '/v2/me', { as: 'bob' })).body.id, 0);
    for (let i = 1; i <= 100; i += 1) await follows.follow(bob, `person${i}`);
    await server.work();
    await Promise.all(opened.map((stream) => stream.next('notification')));
    for (const stream of streams) stream.close();
    await sleep(1000);
    const afterwards = await queriesIn(1000);

    // Two or three looks of two queries each; on a server database, the broadcast is read twice a second.
    expect(quiet).toBeGreaterThanOrEqual(4);
    expect(quiet).toBeLessThanOrEqual(6 + (server.app.database.isEmbedded ? 0 : 11));
    expect(afterwards).toBe(0);
  });

  function viewer(accountId: number, sessionId: number) {
    return { accountId, sessionId, role: 'user', credential: ownCredential('session') } as const;
  }
});
