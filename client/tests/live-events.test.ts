import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../server/tests/support/server.ts';
import { type RookeryClient, rookeryClient } from '../src/index.ts';

const minuteMs = 60_000;
const password = 'a long walk at dusk';

describe('live events in the client', () => {
  let server: TestServer;
  let baseUrl: string;
  let alice: RookeryClient;
  let bob: RookeryClient;

  async function signedIn(username: 'alice' | 'bob'): Promise<RookeryClient> {
    const client = rookeryClient({ baseUrl });
    await client.signUp({ username, password });
    return client;
  }

  async function follow(): Promise<void> {
    await bob.call('follow', { path: { username: 'alice' } });
    await server.work();
  }

  async function mention(text: string): Promise<void> {
    await bob.call('createPost', { body: { text } });
    await server.work();
  }

  /** The next event that is a notification. */
  async function nextKind(events: ReturnType<RookeryClient['events']>): Promise<string> {
    for (;;) {
      const { value } = await events.next();
      if (value?.type === 'notification') return value.data.kind;
    }
  }

  beforeEach(async () => {
    server = await testServer({ http: { drainMs: 0 } });
    baseUrl = await server.listen();
    alice = await signedIn('alice');
    bob = await signedIn('bob');
  });

  afterEach(() => server.close());

  it('come as they happen, and end with the loop', async () => {
    const events = alice.events();
    const first = await events.next();
    await follow();

    const kind = await nextKind(events);
    await events.return();
    const list = await alice.notifications().next();

    expect(first.value).toMatchObject({ type: 'unread-count', data: { count: 0 } });
    expect(kind).toBe('followed');
    expect(list.value).toMatchObject({ kind: 'followed', actors: [{ username: 'bob' }] });
  });

  it('go on without a gap after the access token has expired', async () => {
    const events = alice.events();
    await events.next();
    await follow();
    const before = await nextKind(events);

    server.clock.advance(16 * minuteMs);
    const after = nextKind(events);
    await mention('With @alice.');

    expect([before, await after]).toEqual(['followed', 'mentioned']);
    await events.return();
  });

  it('end with an error when the session is over', async () => {
    const events = alice.events();
    await events.next();

    await rookeryClient({ baseUrl, tokens: alice.tokens() }).logOut();

    await expect(nextKind(events)).rejects.toMatchObject({ status: 401, code: 'revoked_token' });
  });

  it('end when they are told to', async () => {
    const abort = new AbortController();
    const events = alice.events({ signal: abort.signal });
    await events.next();
    const next = events.next();

    abort.abort(new Error('Enough.'));

    await expect(next).rejects.toThrow('Enough.');
  });
});
