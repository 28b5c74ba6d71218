import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhoto } from '../../src/adapters/images/sample-photo.ts';
import { s3StartMs } from './s3.ts';
import { type ServerOptions, type TestServer, testServer } from './server.ts';

/** Two people share a photo through `/v2`, from sign-up to its deletion, on a server with some options. */
export function photoStory(title: string, options: () => Promise<ServerOptions>): void {
  describe(title, () => {
    let server: TestServer;
    let photo: Uint8Array;
    let mediaId: number;
    let postId: number;
    let imagePath: string;

    beforeAll(async () => {
      server = await testServer(await options());
      photo = await samplePhoto(1);
    }, s3StartMs);

    afterAll(() => server?.close());

    it('signs alice and bob up', async () => {
      const alice = await server.send('GET', '/v2/me', { as: 'alice' });
      const bob = await server.send('GET', '/v2/me', { as: 'bob' });

      expect(alice.body).toMatchObject({
        username: 'alice',
        email: 'alice@example.com',
        postCount: 0,
      });
      expect(bob.body).toMatchObject({ username: 'bob' });
    });

    it('takes a JPEG that carries a position', async () => {
      const { exif } = await sharp(photo).metadata();
      const answer = await server.upload('alice', photo, { alt: 'Dunes' });
      await server.work();

      expect(exif?.includes('Sample camera')).toBe(true);
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ alt: 'Dunes', width: 1600, height: 1200 });
      mediaId = answer.body.id;
    });

    it('shows alice her draft, and bob neither it nor its picture', async () => {
      const draft = { text: 'First light.', mediaIds: [mediaId], state: 'draft' };
      const created = await server.send('POST', '/v2/posts', { as: 'alice', body: draft });
      postId = created.body.id;
      imagePath = new URL(created.body.media[0].images[0].url).pathname;
      const hers = await server.send('GET', '/v2/drafts', { as: 'alice' });
      const herImage = await server.send('GET', imagePath, { as: 'alice' });
      const his = await server.send('GET', `/v2/posts/${postId}`, { as: 'bob' });
      const hisImage = await server.send('GET', imagePath, { as: 'bob' });
      const nobodysImage = await server.send('GET', imagePath);

      expect(hers.body.items).toMatchObject([{ id: postId, state: 'draft' }]);
      expect(herImage.status).toBe(200);
      expect(herImage.headers['cache-control']).toBe('private, no-store');
      expect([his.status, hisImage.status, nobodysImage.status]).toEqual([404, 404, 404]);
    });

    it('brings the published photo to bob, in its sizes and without its EXIF', async () => {
      await server.send('POST', `/v2/posts/${postId}/publish`, { as: 'alice' });
      await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      const { body } = await server.send('GET', '/v2/timeline', { as: 'bob' });
      const [{ media }] = body.items;
      const image = await server.send('GET', imagePath);
      const seen = await sharp(image.bytes).metadata();

      expect(body.items).toMatchObject([{ id: postId, author: { username: 'alice' } }]);
      expect(media[0].images.map((i: { width: number }) => i.width)).toEqual([
        320, 640, 1280, 1600,
      ]);
      expect(media[0].blurhash).toMatch(/^\S{20,}$/);
      expect([seen.exif, seen.xmp, seen.iptc]).toEqual([undefined, undefined, undefined]);
      expect(image.headers['cache-control']).toContain('immutable');
    });

    it('counts a like once, however often bob sends it', async () => {
      await server.send('PUT', `/v2/posts/${postId}/like`, { as: 'bob' });
      const again = await server.send('PUT', `/v2/posts/${postId}/like`, { as: 'bob' });
      const likers = await server.send('GET', `/v2/posts/${postId}/likes`);

      expect(again.body).toMatchObject({ likeCount: 1, likedByMe: true });
      expect(likers.body.items).toMatchObject([{ username: 'bob' }]);
    });

    it('is gone everywhere once alice deletes it', async () => {
      const change = { body: { text: 'First light, at last.' }, as: 'alice' } as const;
      const edited = await server.send('PATCH', `/v2/posts/${postId}`, change);
      const deleted = await server.send('DELETE', `/v2/posts/${postId}`, { as: 'alice' });
      const answers = await Promise.all([
        server.send('GET', `/v2/posts/${postId}`, { as: 'alice' }),
        server.send('GET', imagePath, { as: 'alice' }),
        server.send('GET', `/v2/posts/${postId}/likes`),
      ]);
      const timeline = await server.send('GET', '/v2/timeline', { as: 'bob' });
      const explore = await server.send('GET', '/v2/explore');
      await server.work();
      const stored = await server.app.database.selectFrom('media').selectAll().execute();
      const objects = await server.app.blobs.list('')[Symbol.asyncIterator]().next();

      expect(edited.body.text).toBe('First light, at last.');
      expect(deleted.status).toBe(204);
      expect(answers.map((a) => a.status)).toEqual([404, 404, 404]);
      expect([timeline.body.items, explore.body.items, stored]).toEqual([[], [], []]);
      expect(objects.done).toBe(true);
    });
  });
}
