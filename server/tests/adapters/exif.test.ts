import sharp, { type Exif } from 'sharp';
import { describe, expect, it } from 'vitest';
import { photoFactsOf } from '../../src/adapters/images/exif.ts';

const nothing = { cameraMake: null, cameraModel: null, takenAt: null, location: null };
const head = Buffer.from('Exif\0\0');

type Entry = { tag: number; type: number; count: number; value: Buffer | number };

/** A TIFF block with one IFD; a value is bytes, or the offset of bytes that somebody claims to be there. */
function block(entries: readonly Entry[], { next = 0, extra = 0 } = {}): Buffer {
  const start = 8 + 2 + entries.length * 12 + 4;
  const ifd = Buffer.alloc(start);
  ifd.write('II*\0', 'latin1');
  ifd.writeUInt32LE(8, 4);
  ifd.writeUInt16LE(entries.length, 8);
  const values: Buffer[] = [];
  let end = start;
  for (const [i, { tag, type, count, value }] of entries.entries()) {
    const at = 10 + i * 12;
    ifd.writeUInt16LE(tag, at);
    ifd.writeUInt16LE(type, at + 2);
    ifd.writeUInt32LE(count, at + 4);
    if (typeof value === 'number') ifd.writeUInt32LE(value, at + 8);
    else if (value.length <= 4) value.copy(ifd, at + 8);
    else {
      ifd.writeUInt32LE(end, at + 8);
      values.push(value);
      end += value.length;
    }
  }
  ifd.writeUInt32LE(next, start - 4);
  return Buffer.concat([head, ifd, ...values, Buffer.alloc(extra, 'a')]);
}

function ascii(tag: number, text: string | Buffer): Entry {
  const value = Buffer.concat([Buffer.from(text as string), Buffer.from([0])]);
  return { tag, type: 2, count: value.length, value };
}

const make = (text: string | Buffer) => block([ascii(0x010f, text)]);

/** The EXIF of a JPEG that libvips wrote. */
async function written(exif: Exif): Promise<Buffer | undefined> {
  const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: '#a52' } });
  return (await sharp(await picture.jpeg().withExif(exif).toBuffer()).metadata()).exif;
}

describe('what a photo tells of itself', () => {
  it('is its camera, its time and its place', async () => {
    const exif = await written({
      IFD0: { Make: 'Rookery', Model: 'Sample camera' },
      IFD2: { DateTimeOriginal: '2026:06:01 12:00:00', OffsetTimeOriginal: '+02:00' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '51/1 30/1 3230/100',
        GPSLongitudeRef: 'W',
        GPSLongitude: '0/1 7/1 3900/100',
      },
    });

    expect(await photoFactsOf(exif)).toEqual({
      cameraMake: 'Rookery',
      cameraModel: 'Sample camera',
      takenAt: '2026-06-01T12:00:00+02:00',
      location: { latitude: 51.508972, longitude: -0.1275 },
    });
  });

  it.each([
    ['2026:06:01 12:00:00', undefined, '2026-06-01T12:00:00'],
    ['2026-06-01 12:00:00', '-03:30', '2026-06-01T12:00:00-03:30'],
    ['2024:02:29 23:59:59', '+15:00', '2024-02-29T23:59:59'],
    ['2026:06:01 12:00:00', 'Z; drop', '2026-06-01T12:00:00'],
    ['2026:02:29 12:00:00', undefined, null],
    ['2026:13:45 99:99:99', undefined, null],
    ['0000:00:00 00:00:00', undefined, null],
    ['1066:10:14 09:00:00', undefined, null],
    ['    :  :     :  :  ', undefined, null],
    ['2026:06:01', undefined, null],
    ['yesterday', undefined, null],
    ['2026:06:01 12:00:00<b>', undefined, null],
  ])('has for the time %s %s: %s', async (original, offset, expected) => {
    const ifd2 = { DateTimeOriginal: original, ...(offset ? { OffsetTimeOriginal: offset } : {}) };

    expect((await photoFactsOf(await written({ IFD2: ifd2 })))?.takenAt).toBe(expected);
  });

  it.each([
    ['0/1 0/1 0/1', 'N', '9/1 30/1 0/1', 'E', { latitude: 0, longitude: 9.5 }],
    ['33/1 52/1 0/1', 'S', '151/1 12/1 0/1', 'E', { latitude: -33.866667, longitude: 151.2 }],
    ['0/1 0/1 0/1', 'N', '0/1 0/1 0/1', 'E', null],
    ['0/0 0/0 0/0', 'N', '0/0 0/0 0/0', 'E', null],
    ['91/1 0/1 0/1', 'N', '9/1 0/1 0/1', 'E', null],
    ['51/1 30/1 0/1', 'N', '181/1 0/1 0/1', 'E', null],
    ['51/1 99/1 0/1', 'N', '9/1 0/1 0/1', 'E', null],
    ['4294967295/1 0/1 0/1', 'N', '9/1 0/1 0/1', 'E', null],
    ['51/1 30/1 0/1', 'X', '9/1 0/1 0/1', 'E', null],
  ])('has for the place %s %s, %s %s: %j', async (lat, latRef, long, longRef, expected) => {
    const exif = await written({
      IFD3: {
        GPSLatitudeRef: latRef,
        GPSLatitude: lat,
        GPSLongitudeRef: longRef,
        GPSLongitude: long,
      },
    });

    expect((await photoFactsOf(exif)).location).toEqual(expected);
  });

  it.each([
    ['Canon', 'Canon'],
    ['  SONY  ', 'SONY'],
    ['Müller & Söhne "K+1" (7.5)', 'Müller & Söhne "K+1" (7.5)'],
    ['写真機', '写真機'],
    ['<script>alert(1)</script>', 'script alert(1) /script'],
    ['A\u001b[31mB\u0007\r\nC', 'A [31mB C'],
    ['A\u202eB\u200bC\ufeffD', 'A B C D'],
    ['Leica\0hidden', 'Leica'],
    ['a'.repeat(5000), 'a'.repeat(64)],
    ['😀'.repeat(100), null],
    ['', null],
    ['   ', null],
    ['\u200b\u200b', null],
  ])('names the camera %j as %j', async (text, expected) => {
    expect((await photoFactsOf(make(text))).cameraMake).toBe(expected);
  });

  it('has well-formed text where the bytes are not UTF-8', async () => {
    const { cameraMake } = await photoFactsOf(make(Buffer.from([0x41, 0xff, 0xc3, 0x42])));

    expect(cameraMake ?? '').toSatisfy((text: string) => text.isWellFormed());
  });
});

describe('bytes that are no EXIF, or a trap', () => {
  const far = { tag: 0x010f, type: 2, count: 20, value: 0xfffffff0 };
  const long = { tag: 0x010f, type: 2, count: 0xffffffff, value: 8 };
  const numbers = { tag: 0x010f, type: 3, count: 6, value: Buffer.alloc(12, 1) };
  const pointsHome = { tag: 0x8769, type: 4, count: 1, value: 8 };
  const gpsPointsHome = { tag: 0x8825, type: 4, count: 1, value: 8 };

  it.each([
    ['nothing', undefined],
    ['no byte', Buffer.alloc(0)],
    ['the head alone', head],
    ['another head', Buffer.from('Exif\0\u0001II*\0')],
    ['text', Buffer.from('Exif\0\0 is what this is, they say.')],
    ['a cut header', Buffer.concat([head, Buffer.from('II*\0')])],
    [
      'an IFD beyond the end',
      Buffer.concat([head, Buffer.from('II*\0\xff\xff\xff\x7f', 'latin1')]),
    ],
    ['a value beyond the end', block([far])],
    ['a value without end', block([long])],
    ['numbers in place of text', block([numbers])],
    ['an IFD that points to itself', block([pointsHome, gpsPointsHome], { next: 8 })],
    ['noise', Buffer.concat([head, Buffer.from('II*\0'), Buffer.alloc(4000, 0xa7)])],
    ['more than any camera writes', Buffer.concat([make('Canon'), Buffer.alloc(200_000)])],
  ])('are taken for nothing: %s', async (_, bytes) => {
    expect(await photoFactsOf(bytes)).toEqual(nothing);
  });

  it('are read in bounded time when thousands of entries name the same bytes', async () => {
    const entry = { tag: 0x010f, type: 1, count: 60_000, value: 8 };
    const bomb = block(
      Array.from({ length: 5000 }, () => entry),
      { extra: 1000 },
    );

    expect((await photoFactsOf(bomb)).cameraMake).toBeNull();
  });

  it('are never a reason to refuse, wherever they are cut', async () => {
    const whole = block([ascii(0x010f, 'Canon'), ascii(0x0110, 'EOS'), pointsHome]);
    const cuts = Array.from({ length: whole.length }, (_, end) => whole.subarray(0, end));

    const facts = await Promise.all(cuts.map((cut) => photoFactsOf(cut)));
    expect(facts.map(({ location }) => location)).toEqual(cuts.map(() => null));
  });
});
