import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../server/tests/support/server.ts';
import {
  browserTokenStore,
  type Fetch,
  type RookeryClient,
  rookeryClient,
  storageTokenStore,
  type TokenStore,
} from '../src/index.ts';
import { tabs } from './browser-window.ts';

const minuteMs = 60_000;
const password = 'a long walk at dusk';

describe('the session of a client', () => {
  let server: TestServer;
  let baseUrl: string;
  let sent: string[];

  const notingFetch: Fetch = (url, init) => {
    sent.push(`${init.method} ${new URL(url).pathname}`);
    return fetch(url, init);
  };

  function clientWith(store?: TokenStore): RookeryClient {
    return rookeryClient({ baseUrl, fetch: notingFetch, ...(store && { store }) });
  }

  function changesOf(client: RookeryClient): string[] {
    const changes: string[] = [];
    client.session.subscribe((change) => void changes.push(change));
    return changes;
  }

  const refreshes = () => sent.filter((it) => it === 'POST /v2/sessions/refresh').length;

  beforeEach(async () => {
    server = await testServer({ http: { drainMs: 0 } });
    baseUrl = await server.listen();
    sent = [];
  });

  afterEach(() => server.close());

  it('begins with the sign-up, is refreshed, and ends here', async () => {
    const alice = clientWith();
    const changes = changesOf(alice);
    const before = [await alice.session.ready(), alice.session.isSignedIn, alice.session.id];

    const me = await alice.signUp({ username: 'alice', password });
    const during = [alice.session.isSignedIn, alice.session.id];
    server.clock.advance(16 * minuteMs);
    await alice.call('readMe');
    await alice.logOut();

    expect(before).toEqual([false, false, null]);
    expect(me.username).toBe('alice');
    expect(during).toEqual([true, expect.any(Number)]);
    expect(changes).toEqual(['signed-in', 'refreshed', 'signed-out']);
    expect(alice.session.isSignedIn).toBe(false);
  });

  it('is noticed whichever way an operation is called', async () => {
    const alice = clientWith();
    const changes = changesOf(alice);

    await alice.call('signUp', { body: { username: 'alice', password } });
    await alice.call('logIn', { body: { login: 'alice', password } });
    await alice.call('endSession', { path: { id: 'current' } });
    await alice.logIn({ login: 'alice', password });
    await alice.call('closeMe', { body: { password } });

    expect(changes).toEqual(['signed-in', 'signed-out', 'signed-in', 'signed-out']);
  });

  it('is over at the next call after it was ended on another device', async () => {
    const [phone, laptop] = [clientWith(), clientWith()];
    await phone.signUp({ username: 'alice', password });
    await laptop.logIn({ login: 'alice', password });
    const changes = changesOf(phone);

    await laptop.call('endSession', { path: { id: phone.session.id! } });

    await expect(phone.call('readMe')).rejects.toMatchObject({ code: 'revoked_token' });
    expect(changes).toEqual(['ended']);
    expect(phone.session.isSignedIn).toBe(false);
  });

  it('tells listeners no more once they have stopped, and all though one throws', async () => {
    const alice = clientWith();
    const heard: string[] = [];
    const stop = alice.session.subscribe(() => void heard.push('first'));
    alice.session.subscribe(() => void heard.push('second'));

    await alice.signUp({ username: 'alice', password });
    stop();
    await alice.logOut();

    expect(heard).toEqual(['first', 'second', 'second']);
  });

  it('does not send what one account asked for as another', async () => {
    const client = clientWith();
    await client.signUp({ username: 'bob', password });
    const tokensOfBob = client.tokens();
    await client.signUp({ username: 'alice', password });
    server.clock.advance(16 * minuteMs);

    const asked = client.call('createPost', { body: { text: 'By alice.' } });
    await client.setTokens(tokensOfBob);

    await expect(asked).rejects.toMatchObject({ status: 401, code: 'session_changed' });
    expect((await client.call('readExplore')).items).toEqual([]);
  });

  it('is kept in a storage that answers later, as that of React Native does', async () => {
    const texts = new Map<string, string>();
    const asyncStorage = {
      getItem: async (key: string) => texts.get(key) ?? null,
      setItem: async (key: string, value: string) => void texts.set(key, value),
      removeItem: async (key: string) => void texts.delete(key),
    };
    await clientWith(storageTokenStore(asyncStorage)).signUp({ username: 'alice', password });
    const later = clientWith(storageTokenStore(asyncStorage));

    const me = await later.call('readMe');
    const isSignedIn = await later.session.ready();
    await later.logOut();

    expect([me.username, isSignedIn, texts.size]).toEqual(['alice', true, 0]);
  });

  it('starts without the rubbish that somebody left in the storage', async () => {
    const web = tabs();
    web.texts.set('rookery.tokens', '{"refreshToken"');

    expect(await clientWith(browserTokenStore('rookery.tokens', web.open())).session.ready()).toBe(
      false,
    );
  });

  describe('in two tabs', () => {
    let first: RookeryClient;
    let second: RookeryClient;

    async function openTwo(options = {}): Promise<void> {
      const web = tabs();
      first = clientWith(browserTokenStore('tokens', web.open(options)));
      second = clientWith(browserTokenStore('tokens', web.open(options)));
      await Promise.all([first.session.ready(), second.session.ready()]);
    }

    it('begins and ends in both', async () => {
      await openTwo();
      const changes = changesOf(second);

      await first.signUp({ username: 'alice', password });
      await expect.poll(() => second.session.isSignedIn).toBe(true);
      const me = await second.call('readMe');
      await first.logOut();
      await expect.poll(() => second.session.isSignedIn).toBe(false);

      expect(me.username).toBe('alice');
      expect(changes).toEqual(['signed-in', 'ended']);
    });

    it('is refreshed by one of them, also after long', async () => {
      await openTwo();
      await first.signUp({ username: 'alice', password });
      await expect.poll(() => second.session.isSignedIn).toBe(true);

      for (let round = 1; round <= 3; round += 1) {
        server.clock.advance(16 * minuteMs);
        const calls = [first, second, first, second].map((tab) => tab.call('readMe'));
        expect((await Promise.all(calls)).map(({ username }) => username)).toEqual(
          Array(4).fill('alice'),
        );
        expect(refreshes()).toBe(round);
      }
      expect(second.tokens()).toEqual(first.tokens());
    });

    it('survives two refreshes at once where there are no locks', async () => {
      await openTwo({ hasLocks: false });
      await first.signUp({ username: 'alice', password });
      await expect.poll(() => second.session.isSignedIn).toBe(true);

      server.clock.advance(16 * minuteMs);
      await Promise.all([first.call('readMe'), second.call('readMe')]);
      await expect.poll(() => second.tokens()).toEqual(first.tokens());
      server.clock.advance(16 * minuteMs);
      const me = await second.call('readMe');

      expect(me.username).toBe('alice');
    });

    it('changes to another account in both', async () => {
      await openTwo();
      await first.signUp({ username: 'alice', password });
      await second.signUp({ username: 'bob', password });
      await expect.poll(() => first.session.id).toBe(second.session.id);

      expect((await first.call('readMe')).username).toBe('bob');
    });
  });
});
