import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pngThatClaims, smallPicture } from '../../../support/pictures.ts';
import { type TestServer, testServer } from '../../../support/server.ts';
import { expectNoTraces } from '../../../support/traces.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>';
const svgWithEntity = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&x;</text></svg>`;
const jpegStart = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

describe('a file that is no good picture', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterAll(() => server.close());

  it.each([
    ['nothing at all', Buffer.alloc(0), 422],
    ['a single byte', Buffer.from([0xff]), 415],
    ['HTML named .jpg', Buffer.from('<html><script>alert(1)</script></html>'), 415],
    ['SVG', Buffer.from(svg), 415],
    ['SVG with an entity', Buffer.from(svgWithEntity), 415],
    ['PDF', Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>'), 415],
    ['PPM', Buffer.from('P3\n2 2\n255\n0 0 0 0 0 0 0 0 0 0 0 0\n'), 415],
    ['CSV', Buffer.from('1,2,3\n4,5,6\n'), 415],
    ['BMP', Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]), 415],
    ['the first bytes of a JPEG before garbage', Buffer.concat([jpegStart, svgBytes()]), 422],
    ['the start of a GIF', Buffer.from('GIF89a\xff\xff\xff\xff', 'latin1'), 422],
    ['the start of a WebP', Buffer.from('RIFF\xff\xff\xff\xffWEBPVP8 ', 'latin1'), 422],
    ['a PNG that claims 30000 × 30000 pixels', pngThatClaims(30_000, 30_000), 413],
    ['a PNG that claims 2^31 pixels in a row', pngThatClaims(2 ** 31 - 1, 1), 422],
    ['a PNG with fewer pixels than it claims', pngThatClaims(9000, 9000), 422],
    ['more bytes than allowed', Buffer.alloc(20_000_001, 0x41), 413],
  ])('is refused: %s', async (_name, file, status) => {
    const answer = await server.upload('alice', file, { filename: 'photo.jpg' });

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.body.fields).toMatchObject([{ field: 'file' }]);
    await expectNoTraces(server);
  });

  it('is refused: TIFF, whole or not, which is a picture of none of the formats', async () => {
    const whole = await smallPicture('tiff');
    const cut = whole.subarray(0, whole.length / 2);
    const answers = [await server.upload('alice', whole), await server.upload('alice', cut)];

    expect(answers.map((a) => a.status)).toEqual([415, 415]);
    await expectNoTraces(server);
  });

  it.each(['jpeg', 'png', 'gif', 'webp', 'avif'] as const)(
    'is refused: a %s that ends too early, wherever that is',
    async (format) => {
      const whole = await smallPicture(format);
      const ends = [30, Math.floor(whole.length / 2), whole.length - 20];
      const answers = await Promise.all(
        ends.map((end) => server.upload('alice', whole.subarray(0, end))),
      );

      expect(answers.map((a) => a.status)).toEqual([422, 422, 422]);
      expect(answers.map((a) => a.body.fields[0].field)).toEqual(['file', 'file', 'file']);
      await expectNoTraces(server);
    },
  );

  it('is refused as a profile picture too', async () => {
    const options = { path: '/v2/me/avatar', method: 'PUT' } as const;
    const answer = await server.upload('alice', Buffer.from(svg), options);

    expect(answer.status).toBe(415);
    await expectNoTraces(server);
  });
});

describe('a picture that lies about itself', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterAll(() => server.close());

  it.each([
    '../../../etc/passwd',
    '..\\..\\boot.ini',
    '/etc/passwd',
    'a\u0000.png',
    '.',
    'photo.svg',
    'x'.repeat(5000),
    '<script>.jpg',
  ])('is taken for what its bytes are, whatever its name: %j', async (filename) => {
    const answer = await server.upload('alice', await smallPicture('png'), { filename });
    const row = await server.app.database
      .selectFrom('media')
      .select(['content_type', 'original_key'])
      .where('id', '=', answer.body.id)
      .executeTakeFirst();

    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    expect(row?.content_type).toBe('image/png');
    expect(row?.original_key).toMatch(/^originals\/[0-9a-f]{32}$/);
  });

  it('loses the script that hung on its end', async () => {
    const script = Buffer.from('<script>alert(1)</script>');
    const file = Buffer.concat([await smallPicture('jpeg'), script]);
    const { body } = await server.upload('alice', file);
    await server.work();
    const { body: media } = await server.send('GET', `/v2/media/${body.id}`, { as: 'alice' });
    const path = new URL(media.images[0].url).pathname;
    const image = await server.send('GET', path, { as: 'alice' });

    expect(image.status).toBe(200);
    expect(image.bytes.includes('script')).toBe(false);
  });
});

function svgBytes(): Buffer {
  return Buffer.from(svg.repeat(40));
}
