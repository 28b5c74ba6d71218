import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkJpeg } from '../../src/adapters/images/jpeg-scan.ts';

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

    expect(checkJpeg(file)).toBe(true);
    expect(checkJpeg(file.subarray(0, -2))).toBe(true);
    expect(
      checkJpeg(Buffer.concat([file, Buffer.from('\xff\xd8\xff a second picture', 'latin1')])),
    ).toBe(true);
    expect(checkJpeg(Buffer.concat([file.subarray(0, -2), Buffer.alloc(4), endOfImage]))).toBe(
      true,
    );
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

  it('leaves progressive ones to the decoder', async () => {
    expect(checkJpeg(await noise(64, 64).jpeg({ progressive: true }).toBuffer())).toBeNull();
  });

  it('finds what a damaged file lacks', async () => {
    const file = await noise(64, 64).jpeg().toBuffer();

    expect(() => checkJpeg(without(file, 0xc4))).toThrow('lacks its tables');
    expect(() => checkJpeg(without(file, 0xdb))).toThrow('table is missing');
    expect(() => checkJpeg(without(file, 0xc0))).toThrow('has no frame');
    expect(() => checkJpeg(file.subarray(0, 30))).toThrow('cut off');
  });
});

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
    return checkJpeg(bytes) === true;
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

function noise(width: number, height: number) {
  const gaussian = { type: 'gaussian', mean: 120, sigma: 40 } as const;
  return sharp({ create: { width, height, channels: 3, background: '#a52', noise: gaussian } });
}
