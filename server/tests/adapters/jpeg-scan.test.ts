import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkJpeg } from '../../src/adapters/images/jpeg-scan.ts';
import { noise } from '../support/pictures.ts';

const endOfImage = Buffer.from([0xff, 0xd9]);

/** By name, every way of coding a baseline JPEG that sharp can write. */
const codings: Array<[string, () => Promise<Buffer>]> = [
  ['4:2:0', () => noise(640, 480).jpeg().toBuffer()],
  ['4:4:4', () => noise(640, 480).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['plain tables', () => noise(640, 480).jpeg({ optimizeCoding: false }).toBuffer()],
  ['best quality', () => noise(640, 480).jpeg({ quality: 100 }).toBuffer()],
  ['odd sides', () => noise(333, 77).jpeg().toBuffer()],
  ['one pixel', () => noise(1, 1).jpeg().toBuffer()],
  ['gray', () => noise(640, 480).grayscale().jpeg().toBuffer()],
  ['CMYK', () => noise(640, 480).toColourspace('cmyk').jpeg().toBuffer()],
  ['restart markers', async () => withRestarts(await noise(64, 16).jpeg().toBuffer())],
];

describe('the check of a JPEG', () => {
  it.each(codings)('knows a whole one: %s', async (_name, make) => {
    const file = await make();

    expect(checkJpeg(file)).not.toBeNull();
    expect(checkJpeg(file.subarray(0, -2))).not.toBeNull();
    expect(
      checkJpeg(Buffer.concat([file, Buffer.from('\xff\xd8\xff a second picture', 'latin1')])),
    ).not.toBeNull();
    expect(
      checkJpeg(Buffer.concat([file.subarray(0, -2), Buffer.alloc(4), endOfImage])),
    ).not.toBeNull();
  });

  it.each(codings)(
    'finds that the end is missing, with an end marker or without: %s',
    async (_name, make) => {
      const file = await make();
      const start = file.indexOf(Buffer.from([0xff, 0xda]));
      const ends = [1, 0.75, 0.5, 0.25, 0].map((share) =>
        Math.floor(start + (file.length - 20 - start) * share),
      );
      const cut = ends.map((end) => file.subarray(0, end));

      for (const bytes of file.length > 800 ? cut : cut.slice(-1)) {
        expect(() => checkJpeg(bytes)).toThrow();
        expect(() => checkJpeg(Buffer.concat([bytes, endOfImage]))).toThrow();
      }
    },
  );

  it.each([
    ['fill bytes before the end', (j: Buffer) => filled(j, Buffer.alloc(4000, 0xff))],
    ['zeros before the end', (j: Buffer) => filled(j, Buffer.alloc(4000))],
    ['zeros in place of the end', (j: Buffer) => filled(j, Buffer.alloc(4000)).subarray(0, -2)],
    [
      'a few bytes of anything before the end',
      (j: Buffer) => filled(j, Buffer.from('twelve bytes')),
    ],
    ['a restart marker before the end', (j: Buffer) => filled(j, Buffer.from([0xff, 0xd3]))],
    ['fill bytes between segments', (j: Buffer) => begun(j, Buffer.alloc(40, 0xff))],
    [
      'other bytes between segments',
      (j: Buffer) => begun(j, Buffer.from('\0\0 lost \xff\0', 'latin1')),
    ],
    ['many segments of the largest size', (j: Buffer) => begun(j, ...Array(20).fill(largest))],
  ])('takes what cameras write around the data: %s', async (_name, change) => {
    expect(checkJpeg(change(await noise(333, 77).jpeg().toBuffer()))).not.toBeNull();
  });

  it('refuses more data than the picture has', async () => {
    const file = await noise(64, 64).jpeg().toBuffer();

    expect(() => checkJpeg(filled(file, Buffer.from('more than a camera leaves.')))).toThrow(
      'more data',
    );
  });

  it('leaves to the decoder what has the usual tables, but not in the file, or components of the same name', async () => {
    const file = await noise(64, 64).jpeg({ optimizeCoding: false }).toBuffer();
    const untitled = Buffer.from(file);
    const frame = untitled.indexOf(Buffer.from([0xff, 0xc0]));
    const scan = untitled.indexOf(Buffer.from([0xff, 0xda]));
    for (const i of [0, 1, 2]) {
      untitled[frame + 10 + i * 3] = 1;
      untitled[scan + 5 + i * 2] = 1;
    }

    for (const bytes of [without(file, 0xc4), untitled]) {
      expect(checkJpeg(bytes)).toBeNull();
      await sharp(bytes, { failOn: 'warning' }).raw().toBuffer();
    }
  });

  it('leaves progressive ones to the decoder', async () => {
    expect(checkJpeg(await noise(64, 64).jpeg({ progressive: true }).toBuffer())).toBeNull();
  });

  it('finds what a damaged file lacks', async () => {
    const file = await noise(64, 64).jpeg().toBuffer();

    expect(() => checkJpeg(withOneTable(file))).toThrow('lacks its tables');
    expect(() => checkJpeg(without(file, 0xdb))).toThrow('table is missing');
    expect(() => checkJpeg(without(file, 0xc0))).toThrow('has no frame');
    expect(() => checkJpeg(file.subarray(0, 30))).toThrow('cut off');
  });
});

describe('the header of a JPEG', () => {
  it.each(codings)('is what the decoder reads, or is left to it: %s', async (_name, make) => {
    const file = await make();
    const { width, height } = await sharp(file).metadata();

    expect([{ width, height, exif: undefined }, null]).toContainEqual(checkJpeg(file)?.header);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is upright, turned by EXIF in the way %i',
    async (orientation) => {
      const file = await noise(64, 48).withMetadata({ orientation }).jpeg().toBuffer();
      const { autoOrient, exif } = await sharp(file).metadata();

      const header = checkJpeg(file)?.header;

      expect(header).toMatchObject(autoOrient);
      expect(exif?.equals(header?.exif ?? Buffer.alloc(0))).toBe(true);
    },
  );

  it.each([
    ['is cut off', (exif: Buffer) => exif.subarray(0, 20)],
    [
      'has another kind of number',
      (exif: Buffer) => withTag(exif, (at) => exif.writeUInt16LE(4, at + 2)),
    ],
    [
      'has a way that is none',
      (exif: Buffer) => withTag(exif, (at) => exif.writeUInt16LE(9, at + 8)),
    ],
  ])('is left to the decoder where its EXIF %s', async (_name, change) => {
    const file = await noise(64, 48).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const exif = (await sharp(file).metadata()).exif ?? Buffer.alloc(0);
    const plain = await noise(64, 48).jpeg().toBuffer();

    const changed = change(Buffer.from(exif));
    const segment = Buffer.from([0xff, 0xe1, 0, changed.length + 2]);

    expect(checkJpeg(begun(plain, segment, changed))).toEqual({ header: null });
    expect(checkJpeg(begun(plain))?.header).not.toBeNull();
  });

  it('is not read where there are more pixels than are taken', async () => {
    const file = await noise(64, 48).jpeg().toBuffer();

    expect(checkJpeg(file, 64 * 48)).not.toBeNull();
    expect(checkJpeg(file, 64 * 48 - 1)).toBeNull();
  });
});

/** Changes the first of its tags in place, which is the orientation. */
function withTag(exif: Buffer, change: (at: number) => unknown): Buffer {
  const tag = exif.indexOf(Buffer.from([0x12, 0x01]));
  change(tag);
  return exif;
}

describe('a JPEG that was changed anywhere', () => {
  let file: Buffer;

  beforeAll(async () => {
    file = await noise(200, 150).jpeg().toBuffer();
  });

  it('is refused most of the time when some bytes of it are garbled', () => {
    const start = file.indexOf(Buffer.from([0xff, 0xda])) + 14;
    const starts = Array.from(
      { length: 100 },
      (_, i) => start + Math.floor(((file.length - start - 100) * i) / 100),
    );
    const passed = starts.filter((at) => passes(changed(file, at, 30)));

    expect(passed.length).toBeLessThan(20);
  });

  it('ends in a verdict, and is decoded when it passes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), fc.nat(3), async (at, byte, cut) => {
        const bytes = Buffer.from(file.subarray(0, file.length - cut * 40));
        if (at < bytes.length) bytes[at] = byte;
        if (!passes(bytes)) return;
        const header = await sharp(bytes)
          .metadata()
          .catch(() => null);
        // The header is read first; what it refuses is never decoded.
        if (header) await sharp(bytes, { failOn: 'none' }).raw().toBuffer();
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

function passes(bytes: Uint8Array): boolean {
  try {
    return checkJpeg(bytes) !== null;
  } catch {
    return false;
  }
}

/** With every third byte changed, `count` of them. */
function changed(file: Buffer, at: number, count: number): Buffer {
  const bytes = Buffer.from(file);
  for (let i = at; i < at + count * 3; i += 3) bytes[i] = (bytes[i] ?? 0) ^ 0x5a;
  return bytes;
}

const largest = Buffer.concat([Buffer.from([0xff, 0xe5, 0xff, 0xff]), Buffer.alloc(65_533, 0xff)]);

/** With more bytes before the end marker. */
function filled(file: Buffer, more: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, -2), more, endOfImage]);
}

/** With more bytes before the first segment. */
function begun(file: Buffer, ...more: Buffer[]): Buffer {
  return Buffer.concat([file.subarray(0, 2), ...more, file.subarray(2)]);
}

/** With the first of its Huffman tables alone. */
function withOneTable(file: Buffer): Buffer {
  const at = file.indexOf(Buffer.from([0xff, 0xc4]));
  const first = file.subarray(at, at + 2 + file.readUInt16BE(at + 2));
  return begun(without(file, 0xc4), first);
}

/** Without the segments of a kind. */
function without(file: Buffer, kind: number): Buffer {
  const kept = [file.subarray(0, 2)];
  for (let at = 2; ; ) {
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (file[at + 1] === 0xda) return Buffer.concat([...kept, file.subarray(at)]);
    if (file[at + 1] !== kind) kept.push(file.subarray(at, end));
    at = end;
  }
}

/**
 * A JPEG of four groups with a restart marker between the second and the third: those of the first half and of the second half,
 * coded apart, since each begins anew after a marker.
 */
async function withRestarts(whole: Buffer): Promise<Buffer> {
  const pixels = await sharp(whole).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = pixels.info;
  const halves = await Promise.all(
    [0, 32].map((left) =>
      sharp(pixels.data, { raw: { width, height, channels } })
        .extract({ left, top: 0, width: 32, height: 16 })
        .jpeg({ optimizeCoding: false })
        .toBuffer(),
    ),
  );
  const [first, second] = halves.map((half) => {
    const scan = half.indexOf(Buffer.from([0xff, 0xda]));
    return {
      head: half.subarray(0, scan),
      start: half.subarray(scan, scan + 14),
      data: half.subarray(scan + 14, -2),
    };
  });
  if (!first || !second) throw new Error('There are two halves.');
  const head = Buffer.from(first.head);
  head.writeUInt16BE(64, head.indexOf(Buffer.from([0xff, 0xc0])) + 7);
  const interval = Buffer.from([0xff, 0xdd, 0, 4, 0, 2]);
  const marker = Buffer.from([0xff, 0xd0]);
  return Buffer.concat([head, interval, first.start, first.data, marker, second.data, endOfImage]);
}
