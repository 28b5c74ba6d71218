import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhoto } from '../../server/src/adapters/images/sample-photo.ts';
import { type TestServer, testServer } from '../../server/tests/support/server.ts';
import {
  type Fetch,
  imageUrl,
  linksExpireAt,
  type Media,
  type RookeryClient,
  rookeryClient,
  srcset,
  type UploadProgress,
} from '../src/index.ts';

const password = 'a long walk at dusk';

describe('pictures in the client', () => {
  let server: TestServer;
  let baseUrl: string;
  let alice: RookeryClient;
  let photo: Blob;

  /** Loses the first answers, after the server has done its work. */
  function losing(count: number, sent: string[]): Fetch {
    let losses = count;
    return async (url, init) => {
      const response = await fetch(url, init);
      sent.push((init.headers as Record<string, string>)['idempotency-key'] ?? '');
      if (losses === 0) return response;
      losses -= 1;
      await response.body?.cancel();
      throw new TypeError('fetch failed');
    };
  }

  function countMedia(): Promise<number> {
    return server.app.database
      .selectFrom('media')
      .select('id')
      .execute()
      .then((rows) => rows.length);
  }

  beforeAll(async () => {
    server = await testServer({ http: { drainMs: 0 } });
    // Links have an end that the client compares with its own clock.
    server.clock.advance(Date.now() - server.clock.now().getTime());
    baseUrl = await server.listen();
    alice = rookeryClient({ baseUrl });
    await alice.signUp({ username: 'alice', password });
    photo = new Blob([await samplePhoto(1)], { type: 'image/jpeg' });
  });

  afterAll(() => server.close());

  it('tell how far an upload is', async () => {
    const seen: UploadProgress[] = [];

    const media = await alice.upload(photo, { alt: 'Dunes', onProgress: (it) => seen.push(it) });

    const ratios = seen.map(({ ratio }) => ratio);
    expect(media).toMatchObject({ alt: 'Dunes', width: 1600 });
    expect(ratios).toEqual(ratios.toSorted((a, b) => a - b));
    expect([ratios[0], ratios.at(-1)]).toEqual([0, 1]);
    expect(ratios.length).toBeGreaterThan(2);
    expect(seen.at(-1)!.total).toBeGreaterThan(photo.size);
  });

  it('are uploaded once although the answer is lost, with the key of the app', async () => {
    const before = await countMedia();
    const keys: string[] = [];
    const lossy = rookeryClient({ baseUrl, fetch: losing(1, keys), tokens: alice.tokens() });
    const options = { idempotencyKey: 'photo-7', onProgress: () => {} };

    const media = await lossy.upload(photo, options);
    const again = await alice.upload(photo, options);

    expect(keys).toEqual(['photo-7', 'photo-7']);
    expect(again.id).toBe(media.id);
    expect(await countMedia()).toBe(before + 1);
  });

  it('are uploaded after a refresh when the token has expired', async () => {
    server.clock.advance(16 * 60_000);

    const media = await alice.upload(photo, { onProgress: () => {} });

    expect(media.state).toBe('processing');
  });

  it('are not uploaded any more once the signal says so', async () => {
    const before = await countMedia();
    const stop = new AbortController();

    const upload = alice.upload(photo, { onProgress: () => stop.abort(), signal: stop.signal });

    await expect(upload).rejects.toMatchObject({ name: 'AbortError' });
    expect(await countMedia()).toBe(before);
  });

  it('have an address by size or width, and all of them for srcset', async () => {
    const { id } = await alice.upload(photo);
    const processing = await alice.call('readMedia', { path: { id } });
    await server.work();
    const media = await alice.waitUntilReady(id);
    const [small, medium, large, original] = media.images.map(({ url }) => url);

    expect([imageUrl(processing), srcset(processing)]).toEqual([null, '']);
    expect(imageUrl(media)).toBe(medium);
    expect(imageUrl(media, 'animated')).toBe(large);
    expect([300, 321, 1281, 5000].map((width) => imageUrl(media, width))).toEqual([
      small,
      medium,
      original,
      original,
    ]);
    expect(srcset(media)).toBe(`${small} 320w, ${medium} 640w, ${large} 1280w`);
  });

  it('have an address also where there is no such size', () => {
    const media = {
      images: [{ size: 'small', url: '/small', width: 90, height: 90, contentType: '', bytes: 1 }],
    } satisfies Pick<Media, 'images'>;

    expect([imageUrl(media, 'large'), imageUrl(media, 640)]).toEqual(['/small', '/small']);
  });

  it('that are protected are read again when their links are about to expire', async () => {
    const { id } = await alice.upload(photo);
    await server.work();
    const media = await alice.waitUntilReady(id);
    const post = await alice.call('createPost', { body: { mediaIds: [id], state: 'draft' } });
    const lifeMinutes = (linksExpireAt(media)! - Date.now()) / 60_000;
    const old = {
      ...media,
      images: media.images.map((image) => ({
        ...image,
        url: image.url.replace(/(signature=\d+\.\d+\.)\d+/, '$11'),
      })),
    };

    const [same, fresh, ofPost] = await Promise.all([
      alice.freshMedia(media),
      alice.freshMedia(old),
      alice.freshMedia(old, { postId: post.id }),
    ]);
    await alice.call('publishPost', { path: { id: post.id } });
    const published = await alice.freshMedia(old);

    expect(lifeMinutes).toBeGreaterThan(10);
    expect(same).toBe(media);
    expect([fresh, ofPost].map((it) => linksExpireAt(it)! > Date.now())).toEqual([true, true]);
    expect(linksExpireAt(published)).toBeNull();
  });
});
