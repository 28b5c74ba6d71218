import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAuditEntries } from '../../src/domain/audit/audit-log-store.ts';
import { listByAuthor, listExplore } from '../../src/domain/feeds/feed-store.ts';
import { listTimeline } from '../../src/domain/feeds/timeline-store.ts';
import { listFollows, listVisibleFollows } from '../../src/domain/follows/follow-store.ts';
import { listLikes, listVisibleLikes } from '../../src/domain/likes/like-store.ts';
import { listNotifications } from '../../src/domain/notifications/notification-store.ts';
import type { PageRequest } from '../../src/domain/paging.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { newPeople } from '../support/crowd.ts';
import { anAccount, aPost } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

const count = 6;

let server: TestServer;
let people: Viewer[];
let aliceId: number;
let postId: number;

beforeAll(async () => {
  server = await testServer();
  people = await newPeople(server, count);
  await anAccount(server, 'alice');
  aliceId = (await server.send('GET', '/v2/me', { as: 'alice' })).body.id;
  const { likes, follows } = server.app.services;
  for (let n = 0; n < count; n += 1) postId = await aPost(server, 'alice');
  for (const person of people) {
    await likes.like(person, postId);
    await follows.followById(person, aliceId);
    await server.work();
    await server.send('POST', '/v2/posts', { as: 'bob', body: { text: `Hello @alice.` } });
    await server.work();
  }
});

afterAll(() => server.close());

/** The keys that a list gives for a page. */
type List = (page: PageRequest) => Promise<number[]>;

const lists: Record<string, List> = {
  explore: async (page) => (await listExplore(db(), 'all', page)).map(({ key }) => key),
  'posts of an author': async (page) =>
    (await listByAuthor(db(), aliceId, 'all', page)).map(({ key }) => key),
  'posts of authors': async (page) =>
    (await listTimeline(db(), people[0]?.accountId ?? 0, page)).map(({ key }) => key),
  'likes of a post, hidden ones too': async (page) =>
    (await listLikes(db(), { target: postId }, page)).map((row) => row.like_key),
  'likes of a post': async (page) =>
    (await listVisibleLikes(db(), postId, page)).map((row) => row.like_key),
  'followers, hidden ones too': async (page) =>
    (await listFollows(db(), { target: aliceId }, page)).map((row) => row.follow_key),
  followers: async (page) =>
    (await listVisibleFollows(db(), { target: aliceId }, page)).map((row) => row.follow_key),
  notifications: async (page) =>
    (await listNotifications(db(), aliceId, page)).map((row) => row.notification_key),
  'the audit log': async (page) =>
    (await listAuditEntries(db(), { accountId: null, action: null, ...page })).map(({ id }) => id),
};

describe.each(Object.entries(lists))('%s', (_name, list) => {
  let keys: number[];

  beforeAll(async () => {
    keys = await list({ limit: 100, before: null });
  });

  it('has enough entries to page through, newest first', () => {
    expect(keys.length).toBeGreaterThanOrEqual(3);
    expect(keys).toEqual(keys.toSorted((a, b) => b - a));
  });

  it('gives the newest entries between two keys', async () => {
    const [newest = 0, oldest = 0] = [keys[0], keys.at(-1)];

    expect(await list({ limit: 1, before: null, after: oldest })).toEqual(
      keys.slice(0, -1).slice(0, 2),
    );
    expect(await list({ limit: 100, before: newest, after: oldest })).toEqual(keys.slice(1, -1));
    expect(await list({ limit: 100, before: null, after: newest })).toEqual([]);
  });

  it('gives the entries directly above a key, newest first', async () => {
    const oldest = keys.at(-1) ?? 0;

    expect(await list({ limit: 1, before: null, after: oldest, from: 'oldest' })).toEqual(
      keys.slice(0, -1).slice(-2),
    );
    expect(await list({ limit: 100, before: null, after: oldest, from: 'oldest' })).toEqual(
      keys.slice(0, -1),
    );
  });

  it('is read from its oldest entry on without a key', async () => {
    expect(await list({ limit: 1, before: null, from: 'oldest' })).toEqual(keys.slice(-2));
  });
});

it('a timeline is paged both ways like its list', async () => {
  const { feeds } = server.app.services;
  const who = people[0];
  if (!who) throw new Error('Nobody was signed up.');
  const keysOf = async (page: PageRequest) =>
    (await feeds.timeline(who, page)).items.map(({ id }) => id);
  const all = await keysOf({ limit: 100, before: null });
  const keys = (await listTimeline(db(), aliceId, { limit: 100, before: null })).map(
    ({ key }) => key,
  );
  const [third = 0] = keys.slice(2);

  expect(all).toHaveLength(count);
  expect(await keysOf({ limit: 100, before: null, after: third })).toEqual(all.slice(0, 2));
  expect(await keysOf({ limit: 1, before: null, after: third, from: 'oldest' })).toEqual(
    all.slice(1, 2),
  );
});

function db() {
  return server.app.database;
}
