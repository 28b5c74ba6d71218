import { expect, it } from 'vitest';
import { samplePhoto } from '../../src/adapters/images/sample-photo.ts';
import { testServer } from '../support/server.ts';

it('stops soon although a picture is being sent on a connection that is kept alive', async () => {
  const server = await testServer({ http: { drainMs: 0 } });
  const address = await server.listen();
  const media = await server.upload('alice', await samplePhoto(1));
  await server.work();
  const post = await server.send('POST', '/v2/posts', {
    as: 'alice',
    body: { text: '', mediaIds: [media.body.id] },
  });
  const { pathname } = new URL(post.body.media[0].images[0].url);

  const image = await fetch(address + pathname);
  const { byteLength } = await image.arrayBuffer();
  const start = performance.now();
  await server.close();

  expect([image.status, byteLength]).toEqual([200, post.body.media[0].images[0].bytes]);
  expect(performance.now() - start).toBeLessThan(3000);
});
