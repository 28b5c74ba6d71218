import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { samplePhoto } from '../../../../src/adapters/images/sample-photo.ts';
import { smallPicture } from '../../../support/pictures.ts';
import { type TestServer, testServer } from '../../../support/server.ts';

describe('a picture that was uploaded', () => {
  let server: TestServer;
  let photo: Uint8Array;
  let paths: string[];

  beforeEach(async () => {
    server = await testServer();
    photo = await samplePhoto(1);
    const { body } = await server.upload('alice', photo, { filename: '../../photo.html' });
    await server.work();
    const post = { as: 'alice', body: { mediaIds: [body.id] } } as const;
    const published = await server.send('POST', '/v2/posts', post);
    const { images } = published.body.media[0];
    paths = images.map((image: { url: string }) => new URL(image.url).pathname);
  });

  afterEach(() => server.close());

  it('S84: has lost its place, its camera and its description in every size', async () => {
    const images = await Promise.all(paths.map((path) => server.send('GET', path)));
    const facts = await Promise.all(images.map(({ bytes }) => sharp(bytes).metadata()));
    const joined = Buffer.concat(images.map(({ bytes }) => bytes));

    expect(Buffer.from(photo).includes('Sample camera')).toBe(true);
    expect(facts.map((f) => [f.exif, f.xmp, f.iptc])).toEqual(
      Array(4).fill(Array(3).fill(undefined)),
    );
    expect(joined.includes('Exif') || joined.includes('Sample camera')).toBe(false);
  });

  it('S82: is served so that no browser runs it', async () => {
    const image = await server.send('GET', paths[0] ?? '');

    expect(image.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': 'inline',
    });
  });

  it('S83: is kept under a name that its sender did not choose', async () => {
    const blobs = join(server.dataDir, 'blobs');
    const files = await readdir(blobs, { recursive: true });

    expect(files.join('\n')).not.toContain('photo');
    expect(files.every((file) => /^[a-z0-9/]+$/.test(file))).toBe(true);
  });

  it('S84: keeps the uploaded bytes to itself: no address leads to them', async () => {
    const rows = await server.app.database.selectFrom('media').selectAll().execute();
    const key = rows[0]?.original_key.split('/')[1] ?? '';
    const guesses = [`/v2/media/${key}/original`, `/v2/media/${key}/large`, `/blobs/${key}`];
    const answers = await Promise.all(
      guesses.map((path) => server.send('GET', path, { as: 'alice' })),
    );
    const original = await server.send('GET', `/v2/media/${rows[0]?.public_key}/original`);

    expect(answers.map((a) => a.status)).toEqual([404, 404, 404]);
    expect([original.status, original.bytes.equals(photo)]).toEqual([200, false]);
  });
});

describe('the quota of an account', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ environment: { MEDIA_QUOTA_MB: '1' } });
  });

  afterEach(() => server.close());

  it('S85: is not exceeded by uploads at once, and what is refused leaves no file', async () => {
    const photo = await samplePhoto(1);
    const fitting = Math.floor(1_000_000 / photo.length);
    const uploads = Array.from({ length: fitting + 4 }, () => server.upload('alice', photo));
    const answers = await Promise.all(uploads);
    const me = await server.send('GET', '/v2/me', { as: 'alice' });
    const originals = await readdir(join(server.dataDir, 'blobs', 'originals'), {
      recursive: true,
      withFileTypes: true,
    });

    const statuses = answers.map((a) => a.status).sort((a, b) => a - b);
    expect(statuses).toEqual([...Array(fitting).fill(201), 413, 413, 413, 413]);
    expect(answers.find((a) => a.status === 413)?.body.fields).toMatchObject([{ field: 'file' }]);
    expect(me.body.mediaBytes).toBe(fitting * photo.length);
    expect(originals.filter((f) => f.isFile())).toHaveLength(fitting);
    expect(await readdir(join(server.dataDir, 'blobs', 'tmp'))).toEqual([]);
  });

  it('S85: gets the room of a deleted post back', async () => {
    const { body } = await server.upload('alice', await smallPicture('jpeg'));
    const post = { as: 'alice', body: { mediaIds: [body.id] } } as const;
    const { body: made } = await server.send('POST', '/v2/posts', post);
    await server.send('DELETE', `/v2/posts/${made.id}`, { as: 'alice' });
    await server.work();
    const me = await server.send('GET', '/v2/me', { as: 'alice' });

    expect(me.body.mediaBytes).toBe(0);
  });

  it('S85: counts the bytes that are kept', async () => {
    const picture = await smallPicture('png');
    await server.upload('alice', picture);
    const rows = await server.app.database.selectFrom('media').selectAll().execute();
    const key = rows[0]?.original_key.split('/')[1] ?? '';
    const path = join(server.dataDir, 'blobs', 'originals', key.slice(0, 2), key);
    const me = await server.send('GET', '/v2/me', { as: 'alice' });

    expect(await readFile(path)).toEqual(picture);
    expect(me.body.mediaBytes).toBe(picture.length);
  });
});
