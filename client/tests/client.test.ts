import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { samplePhoto } from '../../server/src/adapters/images/sample-photo.ts';
import { softAuthenticator } from '../../server/tests/support/authenticator.ts';
import { authenticatorApp } from '../../server/tests/support/second-factor.ts';
import { type TestServer, testServer } from '../../server/tests/support/server.ts';
import {
  type Fetch,
  type RookeryClient,
  RookeryError,
  rookeryClient,
  type Tokens,
} from '../src/index.ts';

const minuteMs = 60_000;
const password = 'a long walk at dusk';

describe('the client', () => {
  let server: TestServer;
  let baseUrl: string;
  let sent: string[];
  let kept: Array<Tokens | null>;
  let alice: RookeryClient;

  /** The real fetch, which notes what it sends. */
  const notingFetch: Fetch = (url, init) => {
    sent.push(`${init.method} ${new URL(url).pathname}`);
    return fetch(url, init);
  };

  async function signedIn(username: 'alice' | 'bob', fetch = notingFetch): Promise<RookeryClient> {
    const client = rookeryClient({ baseUrl, fetch, onTokens: (tokens) => void kept.push(tokens) });
    await client.signUp({ username, password });
    return client;
  }

  /** Without the server's name: it listens elsewhere than it says. */
  function pathOf(url: string): string {
    const { pathname, search } = new URL(url);
    return pathname + search;
  }

  async function publish(count: number): Promise<void> {
    for (let n = 1; n <= count; n += 1) {
      await alice.call('createPost', { body: { text: `Post ${n}` } });
    }
  }

  beforeEach(async () => {
    server = await testServer({ http: { drainMs: 0 } });
    baseUrl = await server.listen();
    sent = [];
    kept = [];
    alice = await signedIn('alice');
  });

  afterEach(() => server.close());

  it('signs up, signs in and says who one is', async () => {
    const me = await alice.call('readMe');

    expect(me).toMatchObject({ username: 'alice', displayName: 'alice', postCount: 0 });
    expect(kept).toEqual([alice.tokens()]);
  });

  it('finishes signing in with a second factor, and signs in by a passkey', async () => {
    const options = await alice.call('beginPasskey');
    const passkey = softAuthenticator();
    const response = passkey.create(options);
    await alice.call('addPasskey', { body: { name: 'My phone', response, password } });
    const { secret } = await alice.call('beginTotp', { body: { password } });
    const code = authenticatorApp(server, secret);
    const { recoveryCodes } = await alice.call('confirmTotp', { body: { code: code() } });
    const asked = await alice.logIn({ login: 'alice', password }).catch((error) => error);
    const challenge = asked.challenge.token;
    const byCode = await alice.finishLogIn({ challenge, code: recoveryCodes[0]! });
    const request = await alice.call('beginPasskeyLogIn');
    const byPasskey = await alice.logInByPasskey(passkey.get(request));

    expect(asked).toMatchObject({ code: 'second_factor_required' });
    expect(kept.slice(-2)).toEqual([byCode, byPasskey]);
    expect(await alice.call('readMe')).toMatchObject({ username: 'alice' });
  });

  it('uploads a photo, waits for its sizes, publishes it and fetches it', async () => {
    const photo = new Blob([await samplePhoto(1)]);
    const uploaded = await alice.upload(photo, { alt: 'Dunes' });
    const waiting = alice.waitUntilReady(uploaded.id);
    await server.work();
    const media = await waiting;
    const post = await alice.call('createPost', {
      body: { text: 'First light.', mediaIds: [media.id] },
    });
    const [key = '', size = ''] = new URL(media.images[0]!.url).pathname.split('/').slice(-2);
    const image = await rookeryClient({ baseUrl }).call('fetchImage', { path: { key, size } });

    expect(uploaded).toMatchObject({ state: 'processing', alt: 'Dunes', width: 1600 });
    expect(media.images.map(({ width }) => width)).toEqual([320, 640, 1280, 1600]);
    const plain = media.images.map((it) => ({ ...it, url: it.url.split('?')[0] }));
    expect(post.media).toEqual([{ ...media, images: plain }]);
    expect([image.type, image.size]).toEqual(['image/jpeg', media.images[0]!.bytes]);
  });

  it('shows a draft to <img>, corrects its description, and takes an upload back', async () => {
    const photo = new Blob([await samplePhoto(1)]);
    const kept = await alice.upload(photo, { keepLocation: true });
    const loose = await alice.upload(photo);
    await server.work();
    const draft = await alice.call('createPost', {
      body: { mediaIds: [kept.id], state: 'draft' },
    });
    const images = draft.media[0]?.images ?? [];
    const answers = await Promise.all(images.map(({ url }) => fetch(baseUrl + pathOf(url))));
    const described = await alice.describe(kept.id, 'Dunes');
    await alice.discard(loose.id);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect([kept.location?.latitude, loose.location]).toEqual([51.508972, null]);
    expect(described.alt).toBe('Dunes');
    await expect(alice.discard(kept.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(alice.call('readMedia', { path: { id: loose.id } })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('gives an address of events that needs no header', async () => {
    const [url, later] = [
      await alice.eventStreamUrl(),
      await alice.eventStreamUrl({ lastEventId: 'n1' }),
    ];
    const abort = new AbortController();
    const stream = await fetch(baseUrl + pathOf(url), { signal: abort.signal });
    abort.abort();

    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(later).toBe(`${url}&lastEventId=n1`);
  });

  it('gives up waiting for a picture that takes too long', async () => {
    const photo = new Blob([await samplePhoto(2)]);
    const { id } = await alice.upload(photo);

    const waiting = alice.waitUntilReady(id, { timeoutMs: 150 });

    await expect(waiting).rejects.toMatchObject({ status: 0, code: 'not_ready_in_time' });
  });

  it('says that a picture could not be processed', async () => {
    const photo = new Blob([await samplePhoto(2)]);
    const { id } = await alice.upload(photo);
    await server.app.database.transaction((tx) =>
      tx.updateTable('media').set({ state: 'failed' }).where('id', '=', id).execute(),
    );

    await expect(alice.waitUntilReady(id)).rejects.toMatchObject({ code: 'processing_failed' });
  });

  it('walks through a timeline page by page', async () => {
    await publish(7);
    const bob = await signedIn('bob');
    await bob.call('follow', { path: { username: 'alice' } });
    sent.length = 0;

    const texts: string[] = [];
    for await (const post of bob.timeline({ limit: 3 })) texts.push(post.text);

    expect(texts).toEqual([7, 6, 5, 4, 3, 2, 1].map((n) => `Post ${n}`));
    expect(sent).toEqual(['GET /v2/timeline', 'GET /v2/timeline', 'GET /v2/timeline']);
  });

  it('fetches no page that nobody looks at', async () => {
    await publish(5);
    sent.length = 0;

    const first = await alice.postsOf('alice', { limit: 2 }).next();

    expect(first.value).toMatchObject({ text: 'Post 5' });
    expect(sent).toEqual(['GET /v2/users/alice/posts']);
  });

  it('goes on when the access token has expired', async () => {
    const before = alice.tokens()!;
    server.clock.advance(16 * minuteMs);
    sent.length = 0;

    const me = await alice.call('readMe');

    expect(me.username).toBe('alice');
    expect(sent).toEqual(['GET /v2/me', 'POST /v2/sessions/refresh', 'GET /v2/me']);
    expect(alice.tokens()!.refreshToken).not.toBe(before.refreshToken);
    expect(kept).toEqual([before, alice.tokens()]);
  });

  it('refreshes once for twenty calls at once', async () => {
    server.clock.advance(16 * minuteMs);
    sent.length = 0;

    const calls = Array.from({ length: 20 }, () => alice.call('readMe'));
    const people = await Promise.all(calls);

    expect(people.map(({ username }) => username)).toEqual(Array(20).fill('alice'));
    expect(sent.filter((it) => it === 'POST /v2/sessions/refresh')).toHaveLength(1);
    expect(sent.filter((it) => it === 'GET /v2/me')).toHaveLength(40);
  });

  it('goes on with the tokens of an earlier visit', async () => {
    const later = rookeryClient({ baseUrl, tokens: alice.tokens() });

    expect(await later.call('readMe')).toMatchObject({ username: 'alice' });
  });

  it('forgets the tokens of a session that was ended elsewhere', async () => {
    const elsewhere = rookeryClient({ baseUrl, tokens: alice.tokens() });
    await elsewhere.logOut();
    server.clock.advance(16 * minuteMs);

    await expect(alice.call('readMe')).rejects.toMatchObject({
      status: 401,
      code: 'revoked_token',
    });
    expect([alice.tokens(), kept.at(-1)]).toEqual([null, null]);
  });

  it('makes the tokens worthless when one logs out', async () => {
    const tokens = alice.tokens();
    await alice.logOut();
    const thief = rookeryClient({ baseUrl, tokens });

    await expect(thief.call('readMe')).rejects.toMatchObject({ code: 'revoked_token' });
    await expect(
      thief.call('refresh', { body: { refreshToken: tokens!.refreshToken } }),
    ).rejects.toMatchObject({ status: 401, code: 'revoked_token' });
    await expect(alice.call('readMe')).rejects.toMatchObject({ code: 'no_token' });
    expect([alice.tokens(), kept.at(-1)]).toEqual([null, null]);
  });

  it('forgets the tokens on logging out even when nobody answers', async () => {
    const down: Fetch = () => Promise.reject(new TypeError('fetch failed'));
    const client = rookeryClient({ baseUrl, fetch: down, tokens: alice.tokens() });

    await expect(client.logOut()).rejects.toMatchObject({ status: 0, code: 'network' });
    expect(client.tokens()).toBeNull();
  });

  it('says what is wrong with an input', async () => {
    const taken = await failureOf(alice.signUp({ username: 'Alice', password: 'a walk at dusk' }));
    const missing = await failureOf(alice.call('readPost', { path: { id: 999 } }));

    expect(taken).toBeInstanceOf(RookeryError);
    expect(taken).toMatchObject({
      status: 409,
      code: 'taken',
      fields: [{ field: 'username', message: expect.any(String) }],
    });
    expect(missing).toMatchObject({ status: 404, code: 'not_found', fields: [] });
  });

  it('says that what answers is no Rookery', async () => {
    const login: Fetch = async () => new Response('<h1>Wi-Fi login</h1>', { status: 511 });
    const broken: Fetch = async () => Response.json({}, { status: 502 });

    await expect(
      rookeryClient({ baseUrl, fetch: login }).call('readExplore'),
    ).rejects.toMatchObject({ status: 511, code: 'unreadable' });
    await expect(
      rookeryClient({ baseUrl, fetch: broken }).call('readExplore'),
    ).rejects.toMatchObject({ status: 502, code: 'unreadable' });
  });

  it('posts once although the answer is lost twice', async () => {
    let losses = 2;
    const lossy: Fetch = async (url, init) => {
      const answer = await notingFetch(url, init);
      if (losses === 0) return answer;
      losses -= 1;
      throw new TypeError('fetch failed');
    };
    const client = rookeryClient({ baseUrl, fetch: lossy, tokens: alice.tokens() });

    const post = await client.call('createPost', { body: { text: 'Once.' } });
    const { items } = await alice.call('readTimeline');

    expect(sent.filter((it) => it === 'POST /v2/posts')).toHaveLength(3);
    expect(items).toEqual([post]);
  });

  it('uploads once although the answer is lost', async () => {
    let losses = 1;
    const lossy: Fetch = async (url, init) => {
      const answer = await notingFetch(url, init);
      losses -= 1;
      if (losses < 0) return answer;
      throw new TypeError('fetch failed');
    };
    const client = rookeryClient({ baseUrl, fetch: lossy, tokens: alice.tokens() });
    const photo = new Blob([await samplePhoto(3)]);

    const media = await client.upload(photo);
    const stored = await server.app.database.selectFrom('media').select('id').execute();

    expect(sent.filter((it) => it === 'POST /v2/media')).toHaveLength(2);
    expect(stored).toEqual([{ id: media.id }]);
  });

  it('stops trying after three times', async () => {
    const tries: string[] = [];
    const down: Fetch = (url) => {
      tries.push(url);
      return Promise.reject(new TypeError('fetch failed'));
    };

    const call = rookeryClient({ baseUrl, fetch: down }).call('readExplore');

    await expect(call).rejects.toMatchObject({ status: 0, code: 'network' });
    expect(tries).toHaveLength(3);
  });

  it('comes back when a busy server says so, and not when that is long', async () => {
    const busy = (seconds: string) => () =>
      Response.json(
        { status: 503, code: 'unavailable', detail: 'Busy.' },
        {
          status: 503,
          headers: { 'retry-after': seconds, 'content-type': 'application/problem+json' },
        },
      );
    const answers = [busy('0'), busy('0')];
    const soon: Fetch = async (url, init) => answers.shift()?.() ?? notingFetch(url, init);
    const late: Fetch = async () => busy('3600')();

    const explored = await rookeryClient({ baseUrl, fetch: soon }).call('readExplore');
    const refusal = await failureOf(rookeryClient({ baseUrl, fetch: late }).call('readExplore'));

    expect(explored).toEqual({ items: [], nextCursor: null });
    expect(refusal).toMatchObject({ code: 'unavailable', retryAfterSeconds: 3600 });
  });

  it('ends a call with its signal, also between two attempts', async () => {
    const stop = new AbortController();
    const tries: string[] = [];
    const down: Fetch = async (url) => {
      tries.push(url);
      setTimeout(() => stop.abort(), 10);
      throw new TypeError('fetch failed');
    };
    const client = rookeryClient({ baseUrl, fetch: down });

    const failure = await failureOf(client.call('readExplore', { signal: stop.signal }));

    expect(failure).toMatchObject({ name: 'AbortError' });
    expect(tries).toHaveLength(1);
  });
});

function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error: unknown) => error,
  );
}
