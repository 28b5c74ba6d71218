import { expect } from 'vitest';
import { anAccount, aPicture, aPost } from '../../support/given.ts';
import { scenarios } from '../../support/scenarios.ts';

scenarios('POST /v2/posts', [
  {
    name: 'publishes a text',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 'Hello.' }],
    expect: [
      201,
      {
        state: 'published',
        text: 'Hello.',
        media: [],
        likeCount: 0,
        likedByMe: false,
        publishedAt: '2026-06-01T12:00:00.000Z',
      },
    ],
    expectHeaders: { location: expect.stringMatching(/\/v2\/posts\/1$/) },
  },
  {
    name: 'keeps a draft to itself',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 'Later.', state: 'draft' }],
    expect: [201, { state: 'draft', publishedAt: null }],
  },
  {
    name: 'refuses an empty post',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: ' ' }],
    expect: [422, { fields: [{ field: 'text' }] }],
  },
  {
    name: 'takes 5,000 characters that need two units each',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: '🌄'.repeat(5000) }],
    expect: [201],
  },
  {
    name: 'refuses 5,001 characters',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 'x'.repeat(5001) }],
    expect: [422, { fields: [{ field: 'text' }] }],
  },
  {
    name: 'refuses eleven pictures',
    as: 'alice',
    send: ['POST', '/v2/posts', { mediaIds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }],
    expect: [422, { fields: [{ field: 'mediaIds' }] }],
  },
  {
    name: 'refuses a picture twice',
    as: 'alice',
    given: async (s) => ({ id: await aPicture(s, 'alice') }),
    send: ['POST', '/v2/posts', { mediaIds: ['#{id}', '#{id}'] }],
    expect: [422, { fields: [{ field: 'mediaIds' }] }],
  },
  {
    name: 'refuses a picture of somebody else',
    as: 'alice',
    given: async (s) => ({ id: await aPicture(s, 'bob') }),
    send: ['POST', '/v2/posts', { mediaIds: ['#{id}'] }],
    expect: [422, { fields: [{ field: 'mediaIds.0' }] }],
  },
  {
    name: 'refuses a picture that another post has, and writes nothing',
    as: 'alice',
    given: async (s) => {
      const id = await aPicture(s, 'alice');
      await aPost(s, 'alice', { mediaIds: [id] });
      return { id };
    },
    send: ['POST', '/v2/posts', { text: 'Again.', mediaIds: ['#{id}'] }],
    expect: [422, { fields: [{ field: 'mediaIds.0' }] }],
    after: async (s) => {
      const { body } = await s.send('GET', '/v2/me', { as: 'alice' });
      expect(body.postCount).toBe(1);
    },
  },
  {
    name: 'writes once when it is repeated with its key',
    as: 'alice',
    given: async (s) => {
      await s.send('POST', '/v2/posts', {
        as: 'alice',
        body: { text: 'Once.' },
        headers: { 'idempotency-key': 'k' },
      });
    },
    headers: { 'idempotency-key': 'k' },
    send: ['POST', '/v2/posts', { text: 'Once.' }],
    expect: [201, { id: 1 }],
    after: async (s) => {
      const { body } = await s.send('GET', '/v2/me', { as: 'alice' });
      expect(body.postCount).toBe(1);
    },
  },
]);

scenarios('PATCH /v2/posts/{id}', [
  {
    name: 'changes the text of a published post',
    given: async (s) => ({ id: await aPost(s, 'alice') }),
    as: 'alice',
    send: ['PATCH', '/v2/posts/{id}', { text: 'Changed.' }],
    expect: [200, { text: 'Changed.', state: 'published' }],
  },
  {
    name: 'changes the pictures of a draft, and frees the old ones',
    given: async (s) => {
      const [old, fresh] = [await aPicture(s, 'alice'), await aPicture(s, 'alice')];
      return { id: await aPost(s, 'alice', { state: 'draft', mediaIds: [old] }), old, fresh };
    },
    as: 'alice',
    send: ['PATCH', '/v2/posts/{id}', { mediaIds: ['#{fresh}'] }],
    expect: [200, { media: [{ id: 2 }] }],
    after: async (s) => {
      const reused = await aPost(s, 'alice', { mediaIds: [1] });
      expect(reused).toBe(2);
    },
  },
  {
    name: 'leaves the pictures of a published post alone',
    given: async (s) => ({ id: await aPost(s, 'alice') }),
    as: 'alice',
    send: ['PATCH', '/v2/posts/{id}', { mediaIds: [] }],
    expect: [409, { fields: [{ field: 'mediaIds' }] }],
  },
  {
    name: 'refuses somebody else',
    given: async (s) => ({ id: await aPost(s, 'alice') }),
    as: 'bob',
    send: ['PATCH', '/v2/posts/{id}', { text: 'Mine.' }],
    expect: [403, { code: 'forbidden' }],
  },
  {
    name: 'does not know a draft of somebody else',
    given: async (s) => ({ id: await aPost(s, 'alice', { state: 'draft' }) }),
    as: 'bob',
    send: ['PATCH', '/v2/posts/{id}', { text: 'Mine.' }],
    expect: [404, { code: 'not_found' }],
  },
  {
    name: 'refuses to empty a post',
    given: async (s) => ({ id: await aPost(s, 'alice') }),
    as: 'alice',
    send: ['PATCH', '/v2/posts/{id}', { text: '' }],
    expect: [422, { fields: [{ field: 'text' }] }],
  },
]);

scenarios('publishing and drafts', [
  {
    name: 'gives a draft its place in the feeds when it is published, not when it was written',
    given: async (s) => {
      const draft = await aPost(s, 'alice', { state: 'draft', text: 'Draft.' });
      s.clock.advance(1000);
      await aPost(s, 'alice', { text: 'First.' });
      s.clock.advance(1000);
      await s.send('POST', `/v2/posts/${draft}/publish`, { as: 'alice' });
    },
    send: ['GET', '/v2/users/alice/posts'],
    expect: [200, { items: [{ text: 'Draft.' }, { text: 'First.' }] }],
  },
  {
    name: 'publishes twice without moving the post',
    given: async (s) => {
      const id = await aPost(s, 'alice', { state: 'draft' });
      await s.send('POST', `/v2/posts/${id}/publish`, { as: 'alice' });
      s.clock.advance(5000);
      return { id };
    },
    as: 'alice',
    send: ['POST', '/v2/posts/{id}/publish'],
    expect: [200, { state: 'published', publishedAt: '2026-06-01T12:00:00.000Z' }],
    after: async (s) => {
      const { body } = await s.send('GET', '/v2/me', { as: 'alice' });
      expect(body.postCount).toBe(1);
    },
  },
  {
    name: 'lists drafts page by page, newest first',
    given: async (s) => {
      for (const text of ['One.', 'Two.', 'Three.'])
        await aPost(s, 'alice', { text, state: 'draft' });
      const { body } = await s.send('GET', '/v2/drafts?limit=2', { as: 'alice' });
      return { cursor: body.nextCursor };
    },
    as: 'alice',
    send: ['GET', '/v2/drafts?limit=2&cursor={cursor}'],
    expect: [200, { items: [{ text: 'One.' }], nextCursor: null }],
  },
]);

scenarios('likes', [
  {
    name: 'are taken back, twice without harm',
    given: async (s) => {
      const id = await aPost(s, 'alice');
      await s.send('PUT', `/v2/posts/${id}/like`, { as: 'bob' });
      await s.send('DELETE', `/v2/posts/${id}/like`, { as: 'bob' });
      return { id };
    },
    as: 'bob',
    send: ['DELETE', '/v2/posts/{id}/like'],
    expect: [200, { likeCount: 0, likedByMe: false }],
  },
  {
    name: 'are counted exactly when many come at once',
    given: async (s) => {
      const id = await aPost(s, 'alice');
      await Promise.all([anAccount(s, 'bob'), anAccount(s, 'carla')]);
      const likes = Array.from({ length: 20 }, (_, i) =>
        s.send('PUT', `/v2/posts/${id}/like`, { as: i % 2 ? 'bob' : 'carla' }),
      );
      await Promise.all(likes);
      return { id };
    },
    send: ['GET', '/v2/posts/{id}'],
    expect: [200, { likeCount: 2, likedByMe: false }],
  },
  {
    name: 'do not reach a draft, not even one’s own',
    given: async (s) => ({ id: await aPost(s, 'alice', { state: 'draft' }) }),
    as: 'alice',
    send: ['PUT', '/v2/posts/{id}/like'],
    expect: [409, { code: 'conflict' }],
  },
  {
    name: 'do not tell a stranger that a draft exists',
    given: async (s) => ({ id: await aPost(s, 'alice', { state: 'draft' }) }),
    as: 'bob',
    send: ['PUT', '/v2/posts/{id}/like'],
    expect: [404, { code: 'not_found' }],
  },
]);

scenarios('deleting', [
  {
    name: 'takes a post away for good',
    given: async (s) => {
      const id = await aPost(s, 'alice');
      await s.send('DELETE', `/v2/posts/${id}`, { as: 'alice' });
      return { id };
    },
    as: 'alice',
    send: ['DELETE', '/v2/posts/{id}'],
    expect: [404, { code: 'not_found' }],
  },
  {
    name: 'is for the author alone',
    given: async (s) => ({ id: await aPost(s, 'alice') }),
    as: 'bob',
    send: ['DELETE', '/v2/posts/{id}'],
    expect: [403, { code: 'forbidden' }],
  },
]);
