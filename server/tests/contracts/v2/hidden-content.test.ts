import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator } from '../../../src/domain/authority.ts';
import type { Viewer } from '../../../src/domain/viewer.ts';
import { newPeople } from '../../support/crowd.ts';
import { aPost } from '../../support/given.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const crowdSize = 8;
/** The first and the last stay; whoever is in between is disabled. */
const isHidden = (index: number) => index > 0 && index < crowdSize - 1;

let server: TestServer;
let crowd: Viewer[];
let hisPost: number;

beforeAll(async () => {
  server = await testServer();
  crowd = await newPeople(server, crowdSize);
  const { posts, likes, follows } = server.app.services;
  hisPost = await aPost(server, 'bob');
  const { accountId: bob } = await viewerOf();
  for (const [i, person] of crowd.entries()) {
    await server.send('PUT', `/v2/users/person${i + 1}/follow`, { as: 'bob' });
    await follows.followById(person, bob);
    await likes.like(person, hisPost);
    const text = i % 2 === 0 ? 'Hello @bob.' : 'Hello.';
    const post = { text, mediaIds: [], state: 'published', idempotencyKey: null } as const;
    await posts.create(person, post);
  }
  await server.work();
  // Everybody does something, each in a transaction of its own.
}, 120_000);

afterAll(() => server.close());

async function viewerOf(): Promise<Viewer> {
  const { accessToken } = await server.tokens('bob');
  return server.app.services.sessions.resolve(accessToken, 'v2');
}

const lists = [
  '/v2/timeline',
  '/v2/explore',
  '/v2/users/bob/followers',
  '/v2/users/bob/following',
  '/v2/notifications',
  'likes',
];

type Item = { kind?: string; actorCount?: number; actors?: unknown[]; isRead?: boolean };

/** All pages of a list. */
async function pagesOf(list: string, limit: number): Promise<Item[][]> {
  const path = list === 'likes' ? `/v2/posts/${hisPost}/likes` : list;
  const pages: Item[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { body } = await server.send('GET', `${path}${query}`, { as: 'bob' });
    pages.push(body.items);
    cursor = body.nextCursor;
  }
  return pages;
}

async function disable(disabled: boolean): Promise<void> {
  for (const [i, { accountId }] of crowd.entries()) {
    if (isHidden(i))
      await server.app.services.accountAdmin.change(operator, accountId, { disabled });
  }
}

/** What says how long a list is, and how long it is. */
async function counts() {
  const [me, post, unread] = await Promise.all([
    server.send('GET', '/v2/me', { as: 'bob' }),
    server.send('GET', `/v2/posts/${hisPost}`, { as: 'bob' }),
    server.send('GET', '/v2/notifications/unread-count', { as: 'bob' }),
  ]);
  const lengthOf = async (list: string) => (await pagesOf(list, 100)).flat().length;
  const told = (await pagesOf('/v2/notifications', 100)).flat();
  const liked = told.find(({ kind }) => kind === 'liked');
  const likers = await lengthOf('likes');
  return {
    followers: [me.body.followerCount, await lengthOf('/v2/users/bob/followers')],
    following: [me.body.followingCount, await lengthOf('/v2/users/bob/following')],
    likes: [post.body.likeCount, likers],
    likesTold: [liked?.actorCount ?? 0, likers],
    unread: [unread.body.count, told.filter(({ isRead }) => !isRead).length],
  };
}

const both = (length: number) => [length, length];

/** What is so when so many of the crowd may be seen. */
function expectAgreement(seen: Awaited<ReturnType<typeof counts>>, people: number, posts: number) {
  expect(seen).toEqual({
    followers: both(people),
    following: both(people),
    likes: both(people),
    likesTold: both(people),
    unread: both(people + posts + 1),
  });
}

async function expectFullPages(): Promise<void> {
  for (const list of lists) {
    for (const limit of [1, 2, 3]) {
      const lengths = (await pagesOf(list, limit)).map((items) => items.length);
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const full = Array.from({ length: Math.ceil(total / limit) }, (_, page) =>
        Math.min(limit, total - page * limit),
      );
      expect([list, limit, lengths]).toEqual([list, limit, full]);
    }
  }
}

describe('lists and counts, while most of those in them are disabled', { timeout: 60_000 }, () => {
  it('agree before', async () => {
    await expectFullPages();
    expectAgreement(await counts(), crowdSize, crowdSize / 2);
  });

  it('are full pages at once, and the unread count is that of the list', async () => {
    await disable(true);
    await expectFullPages();
    const { unread } = await counts();
    expect(unread).toEqual(both(2 + 1 + 1));
  });

  it('tell of the likes that are left, at once', async () => {
    const told = (await pagesOf('/v2/notifications', 100)).flat();
    expect(told.find(({ kind }) => kind === 'liked')?.actors?.length).toBeGreaterThan(0);
  });

  it('agree once the job has run, and a repeat of it changes nothing', async () => {
    await server.work();
    await expectFullPages();
    expectAgreement(await counts(), 2, 1);
    const [hide] = server.app.subscriptions['account.hidden'];
    if (!hide || !('run' in hide)) throw new Error('Nobody hides accounts.');
    for (const { accountId } of crowd) await hide.run({ accountId }, async () => {}, 1);
    await server.work();
    expectAgreement(await counts(), 2, 1);
  });

  it('no post of theirs is in a feed', async () => {
    const rows = await server.app.database
      .selectFrom('posts')
      .select('feed_key')
      .where('feed_key', 'is not', null)
      .execute();
    expect(rows).toHaveLength(3);
  });

  it('agree again when they are enabled, in the same places', async () => {
    await disable(false);
    await server.work();
    await expectFullPages();
    expectAgreement(await counts(), crowdSize, crowdSize / 2);
    const { body } = await server.send('GET', '/v2/timeline?limit=100', { as: 'bob' });
    const names = body.items.map((it: { author: { username: string } }) => it.author.username);
    const newestFirst = crowd.map((_, i) => `person${crowdSize - i}`);
    expect(names).toEqual([...newestFirst, 'bob']);
  });

  it('agree when some of the disabled are deleted', async () => {
    await disable(true);
    await server.work();
    for (const [i, { accountId }] of crowd.entries()) {
      if (isHidden(i) && i % 2 === 0) {
        await server.app.services.accountAdmin.remove(operator, accountId);
      }
    }
    await server.work();
    expectAgreement(await counts(), 2, 1);
    await expectFullPages();
    const left = crowd.filter((_, i) => isHidden(i) && i % 2 === 1);
    for (const { accountId } of left) {
      await server.app.services.accountAdmin.change(operator, accountId, { disabled: false });
    }
    await server.work();
    expectAgreement(await counts(), 2 + left.length, 1);
  });
});
