import { describe, expect, it } from 'vitest';
import { anAccount, aPicture, aPost } from '../../support/given.ts';
import { scenarios } from '../../support/scenarios.ts';
import { testServer } from '../../support/server.ts';

scenarios('GET /v2/timeline', [
  { name: 'needs a token', send: ['GET', '/v2/timeline'], expect: [401, { code: 'no_token' }] },
  {
    name: 'shows one’s own posts and those of whom one follows, newest first',
    given: async (s) => {
      await aPost(s, 'alice', { text: 'Alice.' });
      await aPost(s, 'carla', { text: 'Carla.' });
      await aPost(s, 'bob', { text: 'Bob.' });
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    },
    as: 'bob',
    send: ['GET', '/v2/timeline'],
    expect: [200, { items: [{ text: 'Bob.' }, { text: 'Alice.' }], nextCursor: null }],
  },
  {
    name: 'forgets an author at once who is not followed any more',
    given: async (s) => {
      await aPost(s, 'alice');
      await s.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      await s.send('GET', '/v2/timeline', { as: 'bob' });
      await s.send('DELETE', '/v2/users/alice/follow', { as: 'bob' });
    },
    as: 'bob',
    send: ['GET', '/v2/timeline'],
    expect: [200, { items: [] }],
  },
  {
    name: 'says which posts the viewer likes',
    given: async (s) => {
      const id = await aPost(s, 'bob', { text: 'Liked.' });
      await aPost(s, 'bob', { text: 'Not liked.' });
      await s.send('PUT', `/v2/posts/${id}/like`, { as: 'bob' });
    },
    as: 'bob',
    send: ['GET', '/v2/timeline'],
    expect: [200, { items: [{ likedByMe: false }, { likedByMe: true, likeCount: 1 }] }],
  },
  {
    name: 'refuses a page of 101',
    as: 'alice',
    send: ['GET', '/v2/timeline?limit=101'],
    expect: [422, { fields: [{ field: 'limit' }] }],
  },
  {
    name: 'refuses a cursor that it did not make',
    as: 'alice',
    send: ['GET', '/v2/timeline?cursor=Ä'],
    expect: [422, { fields: [{ field: 'cursor' }] }],
  },
]);

scenarios('GET /v2/explore and a user’s posts', [
  {
    name: 'shows published posts to everybody',
    given: async (s) => {
      await aPost(s, 'alice', { text: 'Public.' });
      await aPost(s, 'alice', { text: 'Draft.', state: 'draft' });
    },
    send: ['GET', '/v2/explore'],
    expect: [200, { items: [{ text: 'Public.' }] }],
  },
  {
    name: 'shows only posts with pictures when asked',
    given: async (s) => {
      await aPost(s, 'alice', { text: 'Words.' });
      await aPost(s, 'alice', { text: 'Picture.', mediaIds: [await aPicture(s, 'alice')] });
    },
    send: ['GET', '/v2/users/alice/posts?filter=with-media'],
    expect: [200, { items: [{ text: 'Picture.' }] }],
  },
  {
    name: 'does not know the posts of nobody',
    send: ['GET', '/v2/users/nobody/posts'],
    expect: [404, { code: 'not_found' }],
  },
  {
    name: 'refuses a token that is not good even where none is needed',
    send: ['GET', '/v2/explore'],
    headers: { authorization: 'Bearer nonsense' },
    expect: [401, { code: 'bad_token' }],
  },
]);

describe('paging', () => {
  it('walks a timeline of 25 posts in order, without a gap, while new ones appear', async () => {
    const server = await testServer();
    const ids: number[] = [];
    for (let i = 0; i < 25; i += 1) ids.push(await aPost(server, 'alice', { text: `Post ${i}` }));
    const seen: number[] = [];

    let path = '/v2/timeline?limit=10';
    while (path) {
      const { body, headers } = await server.send('GET', path, { as: 'alice' });
      seen.push(...body.items.map((post: { id: number }) => post.id));
      path = /<[^>]*(\/v2\/[^>]+)>; rel="next"/.exec(headers.link ?? '')?.[1] ?? '';
      await aPost(server, 'alice', { text: 'New.' });
    }

    expect(seen).toEqual(ids.toReversed());
    await server.close();
  });

  it('goes on in SQL where the memory of an author ends', async () => {
    const server = await testServer();
    await anAccount(server, 'alice');
    for (let i = 0; i < 230; i += 1) await aPost(server, 'alice', { text: `Post ${i}` });
    const seen: string[] = [];

    let cursor = '';
    do {
      const { body } = await server.send('GET', `/v2/timeline?limit=100${cursor}`, { as: 'alice' });
      seen.push(...body.items.map((post: { text: string }) => post.text));
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);

    expect(seen).toHaveLength(230);
    expect(seen.at(-1)).toBe('Post 0');
    await server.close();
  });
});
