import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPhoto } from '../../support/given.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const place = { latitude: 51.508972, longitude: -0.1275 };
const camera = { make: 'Rookery', model: 'Sample camera' };

describe('the EXIF of an upload', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterAll(() => server.close());

  /** Uploads a photo that knows its place; `keepLocation` stands before or after it. */
  async function upload(keepLocation: string | null, order: 'before' | 'after' = 'after') {
    const field = Buffer.from(
      `--x\r\ncontent-disposition: form-data; name="keepLocation"\r\n\r\n${keepLocation}\r\n`,
    );
    const file = Buffer.concat([
      Buffer.from('--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'),
      await aPhoto(),
      Buffer.from('\r\n'),
    ]);
    const parts = keepLocation === null ? [file] : [file, field];
    if (order === 'before') parts.reverse();
    const body = Buffer.concat([...parts, Buffer.from('--x--\r\n')]);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    return server.send('POST', '/v2/media', { as: 'alice', body, headers });
  }

  const rowOf = (id: number) =>
    server.app.database
      .selectFrom('media')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();

  it.each([null, 'false'])(
    'tells the camera, and drops the place: keepLocation %s',
    async (flag) => {
      const { body } = await upload(flag);
      const row = await rowOf(body.id);

      expect(body).toMatchObject({ camera, takenAt: null, location: null });
      expect([row.latitude, row.longitude]).toEqual([null, null]);
      expect(JSON.stringify(row)).not.toContain('51.5');
    },
  );

  it.each(['before', 'after'] as const)(
    'keeps the place on request, %s the file',
    async (order) => {
      const { body } = await upload('true', order);
      const again = await server.send('GET', `/v2/media/${body.id}`, { as: 'alice' });

      expect(body.location).toEqual(place);
      expect(again.body).toMatchObject({ camera, location: place });
    },
  );

  it.each(['', '1', 'TRUE', 'yes', 'true '])('refuses keepLocation %j', async (flag) => {
    const { body } = await upload(flag);

    expect(body).toMatchObject({ status: 422, fields: [{ field: 'keepLocation' }] });
  });

  it('is seen by whoever sees the picture, and by nobody else', async () => {
    const { body: picture } = await upload('true');
    await server.work();
    const draft = { as: 'alice', body: { mediaIds: [picture.id], state: 'draft' } } as const;
    const { body: post } = await server.send('POST', '/v2/posts', draft);
    const before = await server.send('GET', `/v2/posts/${post.id}`);
    await server.send('POST', `/v2/posts/${post.id}/publish`, { as: 'alice' });
    const after = await server.send('GET', `/v2/posts/${post.id}`, { as: 'bob' });
    const image = await server.send('GET', new URL(after.body.media[0].images[0].url).pathname);

    expect(before.status).toBe(404);
    expect(after.body.media[0]).toMatchObject({ camera, location: place });
    expect(image.bytes.includes('Exif')).toBe(false);
  });

  it('is not kept of a profile picture', async () => {
    await server.upload('bob', await aPhoto(), { path: '/v2/me/avatar', method: 'PUT' });
    const row = await server.app.database
      .selectFrom('media')
      .selectAll()
      .where('purpose', '=', 'avatar')
      .executeTakeFirstOrThrow();

    expect([row.camera_make, row.camera_model, row.latitude]).toEqual([null, null, null]);
  });
});
