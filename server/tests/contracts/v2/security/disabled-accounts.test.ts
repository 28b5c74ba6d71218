import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../../../src/domain/authority.ts';
import { aPost } from '../../../support/given.ts';
import { smallPicture } from '../../../support/pictures.ts';
import { passwords, type TestServer, testServer } from '../../../support/server.ts';

describe('while an account is disabled', () => {
  let server: TestServer;
  let alice: number;
  let herPost: number;
  let hisPost: number;
  let herImage: string;

  beforeEach(async () => {
    server = await testServer();
    hisPost = await aPost(server, 'bob');
    const picture = await server.upload('alice', await smallPicture('jpeg'));
    await server.work();
    herPost = await aPost(server, 'alice', { mediaIds: [picture.body.id] });
    const { body } = await server.send('GET', `/v2/posts/${herPost}`);
    herImage = new URL(body.media[0].images[0].url).pathname;
    await server.send('PUT', `/v2/posts/${hisPost}/like`, { as: 'alice' });
    await server.send('PUT', '/v2/users/bob/follow', { as: 'alice' });
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    alice = body.author.id;
  });

  afterEach(() => server.close());

  const disable = (disabled: boolean) =>
    server.app.services.accountAdmin.change(operator, alice, { disabled });

  /** What bob sees of alice, by place. */
  async function seen() {
    const [profile, posts, post, likes, image, explore, timeline, followers, likers] =
      await Promise.all(
        [
          '/v2/users/alice',
          '/v2/users/alice/posts',
          `/v2/posts/${herPost}`,
          `/v2/posts/${herPost}/likes`,
          herImage,
          '/v2/explore',
          '/v2/timeline',
          '/v2/users/bob/followers',
          `/v2/posts/${hisPost}/likes`,
        ].map((path) => server.send('GET', path, { as: 'bob' })),
      );
    const statuses = [profile, posts, post, likes, image].map((answer) => answer?.status);
    const counts = [explore, timeline, followers, likers].map((list) => list?.body.items.length);
    return { statuses, counts };
  }

  it('S32: nothing of it is seen by others, and all of it again after', async () => {
    const before = await seen();
    await disable(true);
    const meanwhile = await seen();
    await disable(false);
    const after = await seen();

    const all = { statuses: [200, 200, 200, 200, 200], counts: [2, 2, 1, 1] };
    expect(before).toEqual(all);
    expect(meanwhile).toEqual({ statuses: [404, 404, 404, 404, 404], counts: [1, 1, 0, 0] });
    expect(after).toEqual(all);
  });

  it('S32: nobody likes what it wrote, and nobody follows it', async () => {
    await disable(true);
    const liked = await server.send('PUT', `/v2/posts/${herPost}/like`, { as: 'bob' });
    const followed = await server.send('PUT', '/v2/users/alice/follow', { as: 'carla' });
    await disable(false);
    const post = await server.send('GET', `/v2/posts/${herPost}`);
    const profile = await server.send('GET', '/v2/users/alice');

    expect([liked.status, followed.status]).toEqual([404, 404]);
    expect([post.body.likeCount, profile.body.followerCount]).toEqual([0, 1]);
  });

  it.each(['disabled', 'closed'])(
    'S32: its posts are not found by those who would change them, once it is %s',
    async (how) => {
      const { accountAdmin } = server.app.services;
      if (how === 'disabled') await disable(true);
      else await accountAdmin.remove(operator, alice);
      const path = `/v2/posts/${herPost}`;
      const [missing, ...answers] = await Promise.all([
        server.send('DELETE', '/v2/posts/999999', { as: 'bob' }),
        server.send('DELETE', path, { as: 'bob' }),
        server.send('PATCH', path, { as: 'bob', body: { text: 'Mine.' } }),
        server.send('POST', `${path}/publish`, { as: 'bob' }),
      ]);

      for (const { status, body } of answers) {
        expect([status, body.detail]).toEqual([404, missing?.body.detail]);
      }
    },
  );

  it('pages are as full as others', async () => {
    await disable(true);
    const first = await server.send('GET', '/v2/timeline?limit=1', { as: 'bob' });

    expect(first.body).toMatchObject({ items: [{ id: hisPost }], nextCursor: null });
  });

  it('S32: no login that was on its way gets through, and no old session comes back', async () => {
    const { accessToken } = await server.tokens('alice');
    const body = { login: 'alice', password: passwords.alice };
    const logins = Array.from({ length: 10 }, () => server.send('POST', '/v2/sessions', { body }));
    await disable(true);
    const opened = (await Promise.all(logins)).map((answer) => answer.body.accessToken);
    await disable(false);
    const statuses = await Promise.all(
      [accessToken, ...opened.filter(Boolean)].map(async (token: string) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await server.send('GET', '/v2/me', { headers })).status;
      }),
    );
    const again = await server.send('POST', '/v2/sessions', { body });

    expect(statuses).toEqual(statuses.map(() => 401));
    expect(again.status).toBe(201);
  });
});
