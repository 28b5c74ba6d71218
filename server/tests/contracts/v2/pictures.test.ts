import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codedTiles, heicOf, picture } from '../../support/heif.ts';
import { noise, smallPicture } from '../../support/pictures.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { expectNoTraces } from '../../support/traces.ts';

type Image = { size: string; url: string; width: number; height: number; contentType: string };
type Media = { id: number; state: string; images: Image[]; blurhash: string; isAnimated: boolean };

const [red, green] = codedTiles();
const twoTiles = red && green ? [red, green] : [];
const stills = ['small', 'medium', 'large', 'original'];
const moving = ['small', 'medium', 'large', 'animated', 'original'];

/** What each file is taken for: its size, upright, and the sizes that are made of it, the last one in full. */
const taken: Array<[name: string, file: () => Buffer | Promise<Buffer>, seen: Seen]> = [
  ['a JPEG', () => jpeg(), [640, 480, stills, '640x480 image/jpeg']],
  [
    'a progressive JPEG',
    () => jpeg({ progressive: true }),
    [640, 480, stills, '640x480 image/jpeg'],
  ],
  ['a turned JPEG', () => turnedJpeg(), [480, 640, stills, '480x640 image/jpeg']],
  ['a gray JPEG', () => grayJpeg(), [640, 480, stills, '640x480 image/jpeg']],
  [
    'a JPEG without its end marker',
    () => endless(jpeg()),
    [640, 480, stills, '640x480 image/jpeg'],
  ],
  [
    'a progressive JPEG without its end marker',
    () => endless(jpeg({ progressive: true })),
    [640, 480, stills, '640x480 image/jpeg'],
  ],
  [
    'a JPEG with something after its end',
    () => trailed(),
    [640, 480, stills, '640x480 image/jpeg'],
  ],
  ['a PNG', () => smallPicture('png'), [200, 150, stills, '200x150 image/png']],
  ['a transparent PNG', () => transparentPng(), [120, 80, stills, '120x80 image/png']],
  ['a WebP', () => smallPicture('webp'), [200, 150, stills, '200x150 image/webp']],
  ['an AVIF', () => smallPicture('avif'), [200, 150, stills, '200x150 image/jpeg']],
  ['a GIF', () => smallPicture('gif'), [200, 150, stills, '200x150 image/png']],
  ['a GIF that moves', () => animation('gif', 6), [100, 60, moving, '100x60 image/webp']],
  ['a WebP that moves', () => animation('webp', 6), [100, 60, moving, '100x60 image/webp']],
  ['a PNG that moves', () => picture('moving.png'), [100, 60, moving, '100x60 image/webp']],
  [
    'a GIF with more frames than are kept',
    () => animation('gif', 501),
    [100, 60, stills, '100x60 image/png'],
  ],
  ['a HEIC of a phone', () => picture('phone.heic'), [640, 480, stills, '640x480 image/jpeg']],
  ['a HEIC of 10 bits', () => picture('ten-bit.heic'), [160, 96, stills, '160x96 image/png']],
  ['a HEIC with transparency', () => picture('alpha.heic'), [160, 96, stills, '160x96 image/png']],
  [
    'a HEIC of tiles, turned by itself and by EXIF',
    () => heicOf({ columns: 2, tiles: twoTiles, turns: 3, exifOrientation: 6 }),
    [64, 128, stills, '64x128 image/jpeg'],
  ],
  ['a long picture', () => plain(990, 11_490), [990, 11_490, stills, '990x11490 image/png']],
];
type Seen = [width: number, height: number, sizes: string[], original: string];

describe('a picture', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterAll(() => server.close());

  it.each(taken)('is taken, with all its sizes: %s', async (_name, file, seen) => {
    const [width, height, sizes, original] = seen;
    const isAnimated = sizes === moving;
    const { status, body } = await server.upload('alice', await file());
    await server.work();
    const media = await read(body.id);
    const facts = await Promise.all(
      media.images.map(async (image) => [image, await factsOf(image)] as const),
    );

    expect([status, body.width, body.height, body.isAnimated]).toEqual([
      201,
      width,
      height,
      isAnimated,
    ]);
    expect([media.state, media.isAnimated]).toEqual(['ready', isAnimated]);
    expect(media.images.map(({ size }) => size)).toEqual(sizes);
    expect(shown(media.images.at(-1))).toBe(original);
    for (const [image, { facts: found, bytes }] of facts) {
      expect(
        shown({ ...image, width: found.width, height: found.pageHeight ?? found.height }),
      ).toBe(shown(image));
      expect([found.exif, found.icc, found.orientation]).toEqual([undefined, undefined, undefined]);
      expect(bytes.includes('ANIM')).toBe(
        isAnimated && ['animated', 'original'].includes(image.size),
      );
    }
  });

  it('keeps how long its frames are shown', async () => {
    const media = await uploaded(await animation('gif', 3));
    const { facts } = await factsOf(media.images.find(({ size }) => size === 'animated'));

    expect([facts.pages, facts.delay, facts.loop]).toEqual([3, [100, 100, 100], 0]);
  });

  it('is upright however it was turned, by EXIF or by HEIC', async () => {
    const turned = heicOf({ columns: 2, tiles: twoTiles, turns: 3, exifOrientation: 6 });
    const mirrored = heicOf({ columns: 2, tiles: twoTiles, mirror: 1, exifOrientation: 8 });
    const byExif = heicOf({ columns: 2, tiles: twoTiles, exifOrientation: 6 });
    const halves = await sharp(await halfAndHalf())
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const seen = [];
    for (const file of [turned, mirrored, byExif, halves])
      seen.push(await ends(await uploaded(file)));

    expect(seen).toEqual([
      ['red', 'green'],
      ['green', 'red'],
      ['red', 'green'],
      ['red', 'green'],
    ]);
  });

  it('stays legible when it is long: a size for showing has 600 pixels on its short side', async () => {
    const tall = await uploaded(await plain(990, 11_490));
    const wide = await uploaded(await plain(11_490, 990));
    const thread = await uploaded(await plain(20, 30_000));

    expect(tall.images.map(shown).slice(0, 3)).toEqual([
      '160x1857 image/jpeg',
      '320x3714 image/jpeg',
      '640x7428 image/jpeg',
    ]);
    expect(shown(wide.images[2])).toBe('7428x640 image/jpeg');
    expect(shown(thread.images[2])).toBe('11x16383 image/jpeg');
  });

  it('has a blurhash over white where it is transparent', async () => {
    const logo = await uploaded(await transparentPng());
    const onWhite = await uploaded(
      await sharp(await transparentPng())
        .flatten({ background: '#fff' })
        .png()
        .toBuffer(),
    );

    expect(logo.blurhash.slice(2, 6)).toBe(onWhite.blurhash.slice(2, 6));
  });

  async function uploaded(file: Buffer): Promise<Media> {
    const { body } = await server.upload('alice', file);
    await server.work();
    return read(body.id);
  }

  async function read(id: number): Promise<Media> {
    return (await server.send('GET', `/v2/media/${id}`, { as: 'alice' })).body;
  }

  async function factsOf(image: Image | undefined) {
    const path = new URL(image?.url ?? '').pathname;
    const { bytes } = await server.send('GET', path, { as: 'alice' });
    return { bytes, facts: await sharp(bytes, { animated: true }).metadata() };
  }

  /** The colors at the beginning and at the end of the longer side of what is downloaded. */
  async function ends(media: Media): Promise<string[]> {
    const { bytes } = await factsOf(media.images.at(-1));
    const { data, info } = await sharp(bytes)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (share: number) => {
      const [x, y] = info.width > info.height ? [share, 0.5] : [0.5, share];
      const pixel = Math.floor(y * info.height) * info.width + Math.floor(x * info.width);
      return (data[pixel * 3] ?? 0) > 128 ? 'red' : 'green';
    };
    return [at(0.1), at(0.9)];
  }
});

describe('a damaged picture', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterAll(() => server.close());

  it.each([
    ['a JPEG, garbled in the middle', async () => garbled(await jpeg())],
    ['a JPEG whose second half is missing', async () => halfOf(await jpeg())],
    [
      'a progressive JPEG whose end is missing',
      async () => halfOf(await jpeg({ progressive: true })),
    ],
    [
      'a JPEG that lacks its last rows but not its end marker',
      async () => withoutRows(await jpeg()),
    ],
    ['a HEIC, garbled', () => garbledHeic()],
    ['a HEIC whose end is missing', () => half(picture('phone.heic'))],
    [
      'a HEIC whose tiles do not fill it',
      () => heicOf({ columns: 2, tiles: twoTiles, claims: { width: 700, height: 700 } }),
    ],
    ['a HEIC without tiles', () => picture('phone.heic').subarray(0, 400)],
    ['a GIF that stops moving too early', async () => half(await animation('gif', 6))],
    ['a WebP that stops moving too early', async () => half(await animation('webp', 6))],
    ['a PNG that stops moving too early', () => half(picture('moving.png'))],
    ['a PNG with fewer frames than it says', () => withoutFrame(picture('moving.png'))],
  ])('is refused as broken: %s', async (_name, file) => {
    const answer = await server.upload('alice', await file());

    expect([answer.status, answer.body.code]).toEqual([422, 'invalid']);
    expect(answer.body.fields).toMatchObject([{ field: 'file' }]);
    await expectNoTraces(server);
  });

  it.each([
    [
      'a HEIC',
      () => heicOf({ columns: 2, tiles: twoTiles, claims: { width: 9000, height: 9000 } }),
    ],
    ['an interlaced PNG', () => plain(9500, 9500, { progressive: true })],
  ])('is refused as too large where a decoder would hold it at once: %s', async (_name, file) => {
    const answer = await server.upload('alice', await file());

    expect([answer.status, answer.body.code]).toEqual([413, 'too_large']);
    await expectNoTraces(server);
  });
});

describe('the original of a picture', () => {
  it.each([
    ['IMG_0001.HEIC', "attachment; filename*=UTF-8''IMG_0001.jpg"],
    ['..\\..\\boot.ini', "attachment; filename*=UTF-8''boot.jpg"],
    ['Düne.jpeg', "attachment; filename*=UTF-8''D%C3%BCne.jpg"],
    ['.jpg', "attachment; filename*=UTF-8''jpg.jpg"],
    ['', "attachment; filename*=UTF-8''picture.jpg"],
  ])('is kept under the name of its file: %j', async (filename, disposition) => {
    const server = await testServer();
    const { body } = await server.upload('alice', await jpeg(), { filename });
    await server.work();
    const media = await server.send('GET', `/v2/media/${body.id}`, { as: 'alice' });
    const paths = media.body.images.map(({ url }: Image) => new URL(url).pathname);
    const { pathname, search } = new URL(media.body.images.at(-1).url);
    const [small, original, strangers, signed] = await Promise.all([
      server.send('GET', paths.at(0), { as: 'alice' }),
      server.send('GET', paths.at(-1), { as: 'alice' }),
      server.send('GET', paths.at(-1), { as: 'bob' }),
      server.send('GET', pathname + search),
    ]);

    expect(signed.headers['content-disposition']).toBe(disposition);
    expect(original.headers['content-disposition']).toBe(disposition);
    expect(small.headers['content-disposition']).toBe('inline');
    expect([original.status, strangers.status]).toEqual([200, 404]);
    await server.close();
  });
});

function shown(image: Image | undefined): string {
  return `${image?.width}x${image?.height} ${image?.contentType}`;
}

function jpeg(options: { progressive?: boolean } = {}): Promise<Buffer> {
  return noise().jpeg(options).toBuffer();
}

async function turnedJpeg(): Promise<Buffer> {
  return sharp(await jpeg())
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

function grayJpeg(): Promise<Buffer> {
  return noise().grayscale().jpeg().toBuffer();
}

async function endless(file: Promise<Buffer>): Promise<Buffer> {
  return (await file).subarray(0, -2);
}

async function trailed(): Promise<Buffer> {
  return Buffer.concat([await jpeg(), Buffer.from('\xff\xda and a video', 'latin1')]);
}

function plain(
  width: number,
  height: number,
  png: { progressive?: boolean } = {},
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#246' } })
    .png(png)
    .toBuffer();
}

/** A red square amid nothing. */
function transparentPng(): Promise<Buffer> {
  const data = Buffer.alloc(120 * 80 * 4);
  for (let i = 0; i < 120 * 80; i += 1) {
    if (i % 120 >= 40 && i % 120 < 80) data.set([224, 32, 32, 255], i * 4);
  }
  return sharp(data, { raw: { width: 120, height: 80, channels: 4 } })
    .png()
    .toBuffer();
}

function animation(format: 'gif' | 'webp', frames: number): Promise<Buffer> {
  const [width, height] = [100, 60];
  const data = Buffer.alloc(width * height * frames * 3);
  for (let i = 0; i < data.length; i += 1) data[i] = (Math.floor(i / (width * 3)) * 7) % 251;
  const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const;
  return sharp(data, { raw }).toFormat(format, { delay: 100 }).toBuffer();
}

/** Red on the left, green on the right. */
function halfAndHalf(): Promise<Buffer> {
  const data = Buffer.alloc(128 * 64 * 3);
  for (let i = 0; i < 128 * 64; i += 1)
    data.set(i % 128 < 64 ? [224, 32, 32] : [32, 192, 32], i * 3);
  return sharp(data, { raw: { width: 128, height: 64, channels: 3 } })
    .png()
    .toBuffer();
}

function half(file: Buffer): Buffer {
  return file.subarray(0, Math.floor(file.length / 2));
}

function halfOf(file: Buffer): Buffer {
  return Buffer.concat([half(file), Buffer.from([0xff, 0xd9])]);
}

function withoutRows(file: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, -300), Buffer.from([0xff, 0xd9])]);
}

/** Changes 30 bytes from the middle on. */
function garbled(file: Buffer): Buffer {
  const changed = Buffer.from(file);
  const middle = Math.floor(file.length / 2);
  for (let i = 0; i < 90; i += 3) changed[middle + i] = (changed[middle + i] ?? 0) ^ 0x5a;
  return changed;
}

function garbledHeic(): Buffer {
  const file = Buffer.from(picture('phone.heic'));
  file.fill(0, 360, 420);
  return file;
}

/** Takes the second frame out. */
function withoutFrame(png: Buffer): Buffer {
  const start = png.indexOf('fcTL', png.indexOf('fcTL') + 4) - 4;
  const end = png.indexOf('fcTL', start + 8) - 4;
  return Buffer.concat([png.subarray(0, start), png.subarray(end)]);
}
