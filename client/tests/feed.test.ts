import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../server/tests/support/server.ts';
import {
  createFeed,
  type Feed,
  type Fetch,
  type Post,
  type RookeryClient,
  rookeryClient,
} from '../src/index.ts';

const password = 'a long walk at dusk';

describe('a feed', () => {
  let server: TestServer;
  let alice: RookeryClient;
  let sent: number;
  let isDown: boolean;
  let feed: Feed<Post>;

  const fetching: Fetch = (url, init) => {
    if (isDown) return Promise.reject(new TypeError('fetch failed'));
    sent += 1;
    return fetch(url, init);
  };

  const texts = () => feed.getState().items.map(({ text }) => text);

  async function publish(...all: string[]): Promise<void> {
    for (const text of all) await alice.call('createPost', { body: { text } });
  }

  beforeAll(async () => {
    server = await testServer({ http: { drainMs: 0 } });
    alice = rookeryClient({ baseUrl: await server.listen(), fetch: fetching });
    isDown = false;
    await alice.signUp({ username: 'alice', password });
  });

  beforeEach(async () => {
    isDown = false;
    for await (const { id } of alice.postsOf('alice')) {
      await alice.call('deletePost', { path: { id } });
    }
    await publish('1', '2', '3', '4', '5');
    sent = 0;
    feed = createFeed(alice, 'readTimeline', { query: { limit: 2 } });
  });

  afterAll(() => server.close());

  it('grows page by page, and tells so', async () => {
    const states: string[] = [];
    const stop = feed.subscribe(() => {
      const { items, hasMore, isLoading } = feed.getState();
      states.push(`${items.length} ${hasMore} ${isLoading}`);
    });

    const before = feed.getState();
    await feed.loadMore();
    await feed.loadMore();
    await feed.loadMore();
    await feed.loadMore();
    stop();

    expect(before).toEqual({ items: [], hasMore: true, isLoading: false, error: null });
    expect(texts()).toEqual(['5', '4', '3', '2', '1']);
    expect(sent).toBe(3);
    expect(states).toEqual([
      '0 true true',
      '2 true false',
      '2 true true',
      '4 true false',
      '4 true true',
      '5 false false',
    ]);
  });

  it('reads a page once, however often it is asked while one is read', async () => {
    await Promise.all([feed.loadMore(), feed.loadMore(), feed.loadMore()]);

    expect([sent, texts()]).toEqual([1, ['5', '4']]);
  });

  it('puts what is new on top, and goes on below', async () => {
    await feed.loadMore();
    await publish('6');
    await feed.loadNew();
    const withNew = texts();
    await feed.loadMore();

    expect(withNew).toEqual(['6', '5', '4']);
    expect(texts()).toEqual(['6', '5', '4', '3', '2']);
  });

  it('starts again rather than leaving a gap when much is new', async () => {
    await feed.loadMore();
    await publish('6', '7', '8');
    await feed.loadNew();
    await feed.loadMore();

    expect(texts()).toEqual(['8', '7', '6', '5']);
  });

  it('shows a post of one’s own once, replaces one and removes one', async () => {
    const mine = await alice.call('createPost', { body: { text: 'Mine' } });
    feed.prepend(mine);
    await feed.loadMore();
    feed.prepend({ ...mine, text: 'Mine, corrected' });
    const [, five] = feed.getState().items;
    feed.update({ ...five!, likeCount: 3 });
    const likes = feed.getState().items.map(({ likeCount }) => likeCount);
    feed.remove(five!);

    expect(texts()).toEqual(['Mine, corrected']);
    expect(likes).toEqual([0, 3]);
  });

  it('says what went wrong, and tries again', async () => {
    isDown = true;
    await feed.loadMore();
    const { error, isLoading, hasMore } = feed.getState();
    isDown = false;
    await feed.loadMore();

    expect(error).toMatchObject({ code: 'network' });
    expect([isLoading, hasMore, feed.getState().error]).toEqual([false, true, null]);
    expect(texts()).toEqual(['5', '4']);
  });

  it('ends what it reads when it is closed, and can be used again', async () => {
    const reading = feed.loadMore();
    feed.close();
    await reading;
    const closed = feed.getState();
    await feed.loadMore();

    expect([closed.items, closed.isLoading]).toEqual([[], false]);
    expect(texts()).toEqual(['5', '4']);
  });
});
