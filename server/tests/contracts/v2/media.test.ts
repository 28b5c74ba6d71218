import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPhoto, aPicture, aPost } from '../../support/given.ts';
import { scenarios } from '../../support/scenarios.ts';
import { type TestServer, testServer } from '../../support/server.ts';

describe('a published picture', () => {
  let server: TestServer;
  let path: string;
  let bytes: Buffer;

  beforeAll(async () => {
    server = await testServer();
    const id = await aPicture(server, 'alice');
    await server.work();
    const post = await aPost(server, 'alice', { mediaIds: [id] });
    const { body } = await server.send('GET', `/v2/posts/${post}`);
    path = new URL(body.media[0].images[0].url).pathname;
    ({ bytes } = await server.send('GET', path));
  });

  afterAll(() => server.close());

  it('answers a range', async () => {
    const {
      status,
      headers,
      bytes: part,
    } = await server.send('GET', path, { headers: { range: 'bytes=10-19' } });

    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes 10-19/${bytes.length}`);
    expect(part).toEqual(bytes.subarray(10, 20));
  });

  it('answers the last bytes', async () => {
    const { status, bytes: part } = await server.send('GET', path, {
      headers: { range: 'bytes=-5' },
    });

    expect([status, part]).toEqual([206, bytes.subarray(-5)]);
  });

  it('refuses a range beyond its end', async () => {
    const { status, headers } = await server.send('GET', path, {
      headers: { range: `bytes=${bytes.length}-` },
    });

    expect([status, headers['content-range']]).toEqual([416, `bytes */${bytes.length}`]);
  });

  it('is not sent again to who has it', async () => {
    const { headers } = await server.send('GET', path);
    const again = await server.send('GET', path, {
      headers: { 'if-none-match': headers.etag ?? '' },
    });

    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  it('answers HEAD with its length', async () => {
    const { status, headers } = await server.send('HEAD', path);

    expect([status, headers['content-length']]).toEqual([200, String(bytes.length)]);
  });
});

scenarios('media', [
  {
    name: 'tells its owner how far it is',
    given: async (s) => ({ id: await aPicture(s, 'alice') }),
    as: 'alice',
    send: ['GET', '/v2/media/{id}'],
    expect: [200, { state: 'processing', width: 1600, height: 1200, images: [], blurhash: null }],
  },
  {
    name: 'tells nobody else',
    given: async (s) => ({ id: await aPicture(s, 'alice') }),
    as: 'bob',
    send: ['GET', '/v2/media/{id}'],
    expect: [404, { code: 'not_found' }],
  },
  {
    name: 'asks for a form',
    as: 'alice',
    send: ['POST', '/v2/media', { file: 'x' }],
    expect: [415, { code: 'unsupported' }],
  },
]);

describe('a profile picture', () => {
  it('shows beside posts once it is made, and is replaced and removed with its bytes', async () => {
    const server = await testServer();
    await aPost(server, 'alice');
    const set = () =>
      aPhoto().then((photo) =>
        server.upload('alice', photo, { path: '/v2/me/avatar', method: 'PUT' }),
      );

    const first = await set();
    await server.work();
    const { body: me } = await server.send('GET', '/v2/me', { as: 'alice' });
    await set();
    await server.work();
    const { body: explore } = await server.send('GET', '/v2/explore');
    const old = await server.send('GET', new URL(me.avatar.small).pathname);
    const current = await server.send(
      'GET',
      new URL(explore.items[0].author.avatar.small).pathname,
    );
    const removed = await server.send('DELETE', '/v2/me/avatar', { as: 'alice' });

    expect(first.status).toBe(200);
    expect([old.status, current.status]).toEqual([404, 200]);
    expect(removed.body).toMatchObject({ avatar: null, mediaBytes: 0 });
    await server.close();
  });
});

describe('an upload that no post takes', () => {
  it('is removed after a day', async () => {
    const server = await testServer();
    await aPicture(server, 'alice');
    await server.work();
    const rows = () => server.app.database.selectFrom('media').select('id').execute();
    server.clock.advance(24 * 3600 * 1000);
    await server.app.sweep();
    const atLast = await rows();
    server.clock.advance(1);
    await server.app.sweep();

    expect(atLast).toHaveLength(1);
    expect(await rows()).toEqual([]);
    await server.close();
  });
});
