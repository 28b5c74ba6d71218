import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { samplePhoto } from '../../server/src/adapters/images/sample-photo.ts';

const built = new URL('../../client/dist/', import.meta.url);

/** What the client does in a browser alone: uploads by XMLHttpRequest, and pictures for `<img>`. The tab is signed in. */
export async function tryClientInBrowser(tab: Page, baseUrl: string): Promise<void> {
  await tab.route('**/sdk/*', async (route) => {
    const name = new URL(route.request().url()).pathname.replace('/sdk/', '');
    const body = await readFile(new URL(name, built), 'utf8');
    await route.fulfill({ body, contentType: 'text/javascript' });
  });
  let lost = 0;
  const keys: (string | undefined)[] = [];
  await tab.route(`${baseUrl}/v2/media`, async (route) => {
    const request = route.request();
    if (request.method() !== 'POST') return route.fallback();
    keys.push(request.headers()['idempotency-key']);
    lost += 1;
    return lost === 1 ? route.abort() : route.fallback();
  });
  const photo = [...(await samplePhoto(2))];
  const seen = await tab.evaluate(useClient, { baseUrl, photo, module: '/sdk/index.js' });
  await tab.unrouteAll();
  assert.equal(seen.aborted, 'AbortError');
  assert.equal(seen.ratio, 1);
  assert.ok(seen.width > 0, 'the picture of a draft is shown');
  assert.deepEqual(keys.slice(0, 2), ['photo-1', 'photo-1'], 'a lost upload is sent again');
}

/** Runs in the page. */
async function useClient(given: { baseUrl: string; photo: number[]; module: string }) {
  const { rookeryClient, imageUrl } = (await import(
    given.module
  )) as typeof import('rookery-client');
  const client = rookeryClient({ baseUrl: given.baseUrl });
  const photo = new Blob([new Uint8Array(given.photo)], { type: 'image/jpeg' });
  let ratio = 0;
  const media = await client.upload(photo, {
    idempotencyKey: 'photo-1',
    onProgress: (progress) => {
      ratio = progress.ratio;
    },
  });
  await client.waitUntilReady(media.id);
  const draft = await client.call('createPost', { body: { mediaIds: [media.id], state: 'draft' } });
  const picture = new Image();
  picture.src = imageUrl(draft.media[0] ?? media, 'small') ?? '';
  await picture.decode();
  const stop = new AbortController();
  const upload = client.upload(photo, { onProgress: () => stop.abort(), signal: stop.signal });
  const aborted = await upload.then(
    () => 'not aborted',
    (error: Error) => error.name,
  );
  return { ratio, width: picture.naturalWidth, aborted };
}
