import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPicture, aPost } from '../support/given.ts';
import { emptyBucket, s3Environment, s3Problem, s3StartMs } from '../support/s3.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { photoStory } from '../support/story.ts';

describe.skipIf(s3Problem !== null)('with pictures in S3', () => {
  photoStory('two people share a photo', async () => ({
    environment: s3Environment(await emptyBucket()),
  }));
});

describe('with pictures in S3 that clients reach', () => {
  let server: TestServer;
  let publicUrl: string;
  let mediaId: number;
  let postId: number;
  let path: string;
  let signed: string;

  beforeAll(async () => {
    if (s3Problem) return;
    const bucket = await emptyBucket();
    publicUrl = bucket.endpoint;
    server = await testServer({
      environment: { ...s3Environment(bucket), S3_PUBLIC_URL: publicUrl },
    });
    mediaId = await aPicture(server, 'alice');
    await server.work();
    postId = await aPost(server, 'alice', { mediaIds: [mediaId], state: 'draft' });
    const { body } = await server.send('GET', '/v2/drafts', { as: 'alice' });
    const { pathname, search } = new URL(body.items[0].media[0].images[0].url);
    path = pathname;
    signed = pathname + search;
  }, s3StartMs);

  beforeEach(({ skip }) => skip(s3Problem !== null, s3Problem ?? ''));

  afterAll(() => server?.close());

  it('a draft comes from the server, and to its owner alone', async () => {
    const hers = await server.send('GET', path, { as: 'alice' });
    const his = await server.send('GET', path, { as: 'bob' });

    expect([hers.status, his.status]).toEqual([200, 404]);
    expect((await server.send('GET', signed)).status).toBe(200);
    expect((await sharp(hers.bytes).metadata()).width).toBe(320);
  });

  it('a published picture comes from the store, by an address that soon ends', async () => {
    await server.send('POST', `/v2/posts/${postId}/publish`, { as: 'alice' });

    const answer = await server.send('GET', path);
    const picture = await fetch(answer.headers.location ?? '');
    const head = await server.send('HEAD', path);
    const resumed = { range: 'bytes=0-9', 'if-range': '"other"' };
    const whole = await server.send('GET', path, { headers: resumed });
    const kept = await server.send('GET', signed);

    expect([answer.status, answer.headers['cache-control']]).toEqual([302, 'public, max-age=60']);
    expect(answer.headers.location).toMatch(new RegExp(`^${publicUrl}/.*X-Amz-Expires=300`));
    expect(picture.headers.get('content-type')).toBe('image/jpeg');
    expect((await sharp(await picture.arrayBuffer()).metadata()).width).toBe(320);
    expect(head.status).toBe(200);
    expect([whole.status, kept.status]).toEqual([200, 200]);
  });

  it('a deleted picture has no address any more, and the old one leads nowhere', async () => {
    const { headers } = await server.send('GET', path);
    await server.send('DELETE', `/v2/posts/${postId}`, { as: 'alice' });
    await server.work();

    const answer = await server.send('GET', path);
    const old = await fetch(headers.location ?? '');

    expect([answer.status, old.status]).toEqual([404, 404]);
  });
});
