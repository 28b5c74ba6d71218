import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { smallPicture } from '../../../support/pictures.ts';
import { passwords, problemIn, type TestServer, testServer } from '../../../support/server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

describe('what is somebody else’s', () => {
  let server: TestServer;
  let mediaId: number;
  let looseId: number;
  let imagePath: string;
  let draftId: number;
  let postId: number;

  beforeEach(async () => {
    server = await testServer();
    const picture = await smallPicture('jpeg');
    mediaId = (await server.upload('alice', picture)).body.id;
    looseId = (await server.upload('alice', picture)).body.id;
    await server.work();
    const draft = { text: 'Not yet.', mediaIds: [mediaId], state: 'draft' };
    const made = await server.send('POST', '/v2/posts', { as: 'alice', body: draft });
    draftId = made.body.id;
    imagePath = new URL(made.body.media[0].images[0].url).pathname;
    const post = { as: 'alice', body: { text: 'First light.' } } as const;
    postId = (await server.send('POST', '/v2/posts', post)).body.id;
  });

  afterEach(() => server.close());

  const asBob = async (method: Method, path: string, body?: object) =>
    (await server.send(method, path, { as: 'bob', body })).status;

  it('S44: a draft is not there for others, whatever they try', async () => {
    const statuses = await Promise.all([
      asBob('GET', `/v2/posts/${draftId}`),
      asBob('PATCH', `/v2/posts/${draftId}`, { text: 'Mine.' }),
      asBob('DELETE', `/v2/posts/${draftId}`),
      asBob('POST', `/v2/posts/${draftId}/publish`),
      asBob('PUT', `/v2/posts/${draftId}/like`),
      asBob('DELETE', `/v2/posts/${draftId}/like`),
      asBob('GET', `/v2/posts/${draftId}/likes`),
    ]);
    const after = await server.send('GET', `/v2/posts/${draftId}`, { as: 'alice' });

    expect(statuses).toEqual(Array(7).fill(404));
    expect(after.body).toMatchObject({ state: 'draft', text: 'Not yet.', likeCount: 0 });
  });

  it('S44: a draft is answered as a post that does not exist', async () => {
    const draft = await server.send('GET', `/v2/posts/${draftId}`, { as: 'bob' });
    const nothing = await server.send('GET', '/v2/posts/999', { as: 'bob' });

    expect(problemIn(draft)).toEqual(problemIn(nothing));
  });

  it('S44: a published post can be read by others, and not changed', async () => {
    const statuses = await Promise.all([
      asBob('GET', `/v2/posts/${postId}`),
      asBob('PATCH', `/v2/posts/${postId}`, { text: 'Mine.' }),
      asBob('DELETE', `/v2/posts/${postId}`),
      asBob('POST', `/v2/posts/${postId}/publish`),
    ]);
    const after = await server.send('GET', `/v2/posts/${postId}`);

    expect(statuses).toEqual([200, 403, 403, 403]);
    expect(after.body.text).toBe('First light.');
  });

  it('S44: a picture cannot be read or used by others', async () => {
    const read = await asBob('GET', `/v2/media/${looseId}`);
    const use = { as: 'bob', body: { text: 'Mine.', mediaIds: [looseId] } } as const;
    const used = await server.send('POST', '/v2/posts', use);
    const posts = await server.send('GET', '/v2/users/bob/posts');

    expect(read).toBe(404);
    expect(used.body).toMatchObject({ status: 422, fields: [{ field: 'mediaIds.0' }] });
    expect(posts.body.items).toEqual([]);
  });

  it('S44: a picture of a post cannot be put into another', async () => {
    const use = { as: 'alice', body: { text: 'Again.', mediaIds: [mediaId] } } as const;
    const used = await server.send('POST', '/v2/posts', use);

    expect(used.body).toMatchObject({ status: 422, fields: [{ field: 'mediaIds.0' }] });
  });

  it('S44: a session cannot be seen or ended by others', async () => {
    const { sessionId } = await server.tokens('alice');
    const ended = await asBob('DELETE', `/v2/sessions/${sessionId}`);
    const { body } = await server.send('GET', '/v2/sessions', { as: 'bob' });
    const me = await server.send('GET', '/v2/me', { as: 'alice' });

    expect(ended).toBe(404);
    expect(body.items.map((s: { id: number }) => s.id)).not.toContain(sessionId);
    expect(me.status).toBe(200);
  });

  it('S45: a draft is in no list, no count and no picture of others', async () => {
    const lists = await Promise.all(
      ['/v2/explore', '/v2/timeline', '/v2/users/alice/posts', '/v2/drafts'].map((path) =>
        server.send('GET', path, { as: 'bob' }),
      ),
    );
    const ids = lists.flatMap((list) => list.body.items.map((p: { id: number }) => p.id));
    const profile = await server.send('GET', '/v2/users/alice', { as: 'bob' });
    const image = await asBob('GET', imagePath);
    const nobodysImage = await server.send('GET', imagePath);

    expect(ids).not.toContain(draftId);
    expect(profile.body.postCount).toBe(1);
    expect([image, nobodysImage.status]).toEqual([404, 404]);
  });

  it('S46: a deleted post is gone at once, with its picture, for its author too', async () => {
    await server.send('POST', `/v2/posts/${draftId}/publish`, { as: 'alice' });
    await server.send('PUT', `/v2/posts/${draftId}/like`, { as: 'bob' });
    await server.send('DELETE', `/v2/posts/${draftId}`, { as: 'alice' });
    const answers = await Promise.all([
      server.send('GET', `/v2/posts/${draftId}`, { as: 'alice' }),
      server.send('GET', imagePath, { as: 'alice' }),
      server.send('PUT', `/v2/posts/${draftId}/like`, { as: 'bob' }),
      server.send('GET', `/v2/posts/${draftId}/likes`),
    ]);
    const explore = await server.send('GET', '/v2/explore');

    expect(answers.map((a) => a.status)).toEqual([404, 404, 404, 404]);
    expect(explore.body.items.map((p: { id: number }) => p.id)).toEqual([postId]);
  });

  it('S25: a closed account leaves nothing behind', async () => {
    await server.send('PUT', `/v2/posts/${postId}/like`, { as: 'bob' });
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await server.send('POST', `/v2/posts/${draftId}/publish`, { as: 'alice' });
    await server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } });
    const atOnce = await Promise.all([
      server.send('GET', '/v2/users/alice'),
      server.send('GET', `/v2/posts/${postId}`),
      server.send('GET', imagePath),
    ]);
    await server.work();
    const { database } = server.app;
    const left = await Promise.all([
      database.selectFrom('posts').selectAll().execute(),
      database.selectFrom('media').selectAll().execute(),
      database.selectFrom('follows').selectAll().execute(),
      database.selectFrom('likes').selectAll().execute(),
      database.selectFrom('accounts').selectAll().where('username', '=', 'alice').execute(),
    ]);
    const login = { login: 'alice', password: passwords.alice };
    const again = await server.send('POST', '/v2/sessions', { body: login });

    expect(atOnce.map((a) => a.status)).toEqual([404, 404, 404]);
    expect(left).toEqual([[], [], [], [], []]);
    expect(again.status).toBe(401);
  });

  it('S48: is shown by the fields that are meant, and no others', async () => {
    const card = ['avatar', 'displayName', 'id', 'username'];
    const counts = ['followerCount', 'followingCount', 'postCount'];
    const profile = await server.send('GET', '/v2/users/alice', { as: 'bob' });
    const post = await server.send('GET', `/v2/posts/${postId}`, { as: 'bob' });
    const me = await server.send('GET', '/v2/me', { as: 'alice' });

    const open = [...card, ...counts, 'bio', 'createdAt'];
    const own = [
      'email',
      'emailVerified',
      'hasPassword',
      'language',
      'phone',
      'phoneVerified',
      'mediaBytes',
      'role',
    ];
    expect(Object.keys(profile.body).sort()).toEqual(
      [...open, 'followedByMe', 'blockedByMe'].sort(),
    );
    expect(Object.keys(post.body.author).sort()).toEqual(card);
    expect(Object.keys(me.body).sort()).toEqual([...open, ...own].sort());
  });
});

describe('what nobody may do', () => {
  let server: TestServer;
  let postId: number;

  beforeAll(async () => {
    server = await testServer();
    const post = { as: 'alice', body: { text: 'First light.' } } as const;
    postId = (await server.send('POST', '/v2/posts', post)).body.id;
  });

  afterAll(() => server.close());

  it.each([
    ['POST', '/v2/accounts', { username: 'carla', password: 'a-long-walk-home', role: 'admin' }],
    ['PATCH', '/v2/me', { role: 'admin' }],
    ['PATCH', '/v2/me', { bio: 'a', emailVerified: true }],
    ['PATCH', '/v2/me', { bio: 'a', id: 1 }],
    ['PATCH', '/v2/me', { bio: 'a', mediaBytes: 0 }],
    ['POST', '/v2/posts', { text: 'a', likeCount: 1000 }],
    ['POST', '/v2/posts', { text: 'a', author: { id: 1 } }],
    ['POST', '/v2/posts', { text: 'a', accountId: 1 }],
  ] as const)(
    'S47: cannot be taken by fields nobody offers: %s %s %j',
    async (method, path, body) => {
      const answer = await server.send(method, path, { as: 'bob', body });
      const me = await server.send('GET', '/v2/me', { as: 'bob' });

      expect(answer.body).toMatchObject({ status: 422, code: 'invalid' });
      expect(answer.body.fields[0].message).toBe('is unknown');
      expect(me.body).toMatchObject({ role: 'user', bio: '', postCount: 0 });
    },
  );

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'S50: cannot be deleted by a POST with %s',
    async (header) => {
      const headers = { [header]: 'DELETE' };
      const post = await server.send('POST', `/v2/posts/${postId}`, { as: 'alice', headers });
      const query = await server.send('POST', `/v2/posts/${postId}?_method=DELETE`, {
        as: 'alice',
      });
      const after = await server.send('GET', `/v2/posts/${postId}`);

      expect([post.status, query.status, after.status]).toEqual([405, 405, 200]);
    },
  );

  it.each(['/v2/admin', '/v2/admin/users', '/admin', '//v2/me', '/V2/me', '/v2/%2fme', '/v2;/me'])(
    'S49: is not reached by the path %s',
    async (path) => {
      const answer = await server.send('GET', path, { as: 'alice' });

      expect(answer.status).toBe(404);
    },
  );

  it.each(["' OR '1'='1", "alice'--", 'alice"; DROP TABLE accounts; --', 'al%', 'al_ce'])(
    'S67: is not reached by SQL: %s',
    async (name) => {
      const body = { login: name, password: passwords.alice };
      const login = await server.send('POST', '/v2/sessions', { body });
      const profile = await server.send('GET', `/v2/users/${encodeURIComponent(name)}`);
      const alice = await server.send('GET', '/v2/users/alice');

      expect([login.status, profile.status, alice.status]).toEqual([401, 404, 200]);
    },
  );
});
