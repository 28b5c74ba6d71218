import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutStrayBytes } from '../../src/adapters/images/jpeg-tidy.ts';
import { sharpImages } from '../../src/adapters/images/sharp.ts';
import { noise } from '../support/pictures.ts';

describe('a progressive JPEG', () => {
  const images = sharpImages({ concurrency: 2, maxPixels: 1_000_000 });
  let folder: string;
  let file: Buffer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-progressive-'));
    file = await noise(333, 77).jpeg({ progressive: true }).toBuffer();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function inspect(bytes: Buffer): Promise<string> {
    const path = join(folder, 'picture.jpg');
    await writeFile(path, bytes);
    return images.inspect(path, 1).then(
      ({ contentType }) => contentType,
      (error: { code: string }) => error.code,
    );
  }

  const stray = Buffer.from('\0\0 lost \xff\0', 'latin1');

  it.each([
    ['whole', (jpeg: Buffer) => jpeg],
    ['without its end marker', (jpeg: Buffer) => jpeg.subarray(0, -2)],
    ['with bytes between its segments', (jpeg: Buffer) => withAt(jpeg, tablesAt(jpeg), stray)],
    ['with bytes at its beginning', (jpeg: Buffer) => withAt(jpeg, 2, stray)],
    ['with fill bytes between', (jpeg: Buffer) => withAt(jpeg, 2, Buffer.alloc(40, 0xff))],
    ['with zeros after a scan', (jpeg: Buffer) => withAt(jpeg, firstScanEnd(jpeg), zeros)],
    ['with zeros before its end', (jpeg: Buffer) => withAt(jpeg, jpeg.length - 2, zeros)],
    ['with zeros in place of its end', (jpeg: Buffer) => Buffer.concat([jpeg, zeros])],
    ['with a text after its end', (jpeg: Buffer) => Buffer.concat([jpeg, Buffer.from('a text')])],
  ])('is taken: %s', async (_name, change) => {
    expect(await inspect(change(file))).toBe('image/jpeg');
  });

  it.each([
    ['it is cut off', (jpeg: Buffer) => jpeg.subarray(0, jpeg.length >> 1)],
    ['half of it is zeros', (jpeg: Buffer) => Buffer.from(jpeg).fill(0, jpeg.length >> 1)],
    ['a scan is cut short', (jpeg: Buffer) => cutAt(jpeg, firstScanEnd(jpeg) - 40, 40)],
    ['a segment reaches beyond its end', (jpeg: Buffer) => longSegment(jpeg)],
  ])('is refused when %s', async (_name, change) => {
    expect(await inspect(change(file))).toBe('invalid');
  });

  it('whose scans end with zeros is taken with bytes between its segments, too', async () => {
    const dark = await noise(64, 64).jpeg({ progressive: true, quality: 1 }).toBuffer();
    expect(withoutStrayBytes(dark, { dropsFill: true }).length).toBeLessThan(dark.length);

    expect(await inspect(withAt(dark, 2, stray))).toBe('image/jpeg');
  });

  it('loses nothing that is part of it', async () => {
    const filled = withAt(file, firstScanEnd(file), zeros);
    const both = withAt(filled, 2, stray);

    expect(withoutStrayBytes(both, { dropsFill: false })).toEqual(filled);
    expect(withoutStrayBytes(both, { dropsFill: true })).toEqual(file);
  });
});

const zeros = Buffer.alloc(60);

function withAt(file: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, at), more, file.subarray(at)]);
}

function cutAt(file: Buffer, at: number, count: number): Buffer {
  return Buffer.concat([file.subarray(0, at), file.subarray(at + count)]);
}

/** Where the first Huffman table begins. */
function tablesAt(file: Buffer): number {
  return file.indexOf(Buffer.from([0xff, 0xc4]));
}

/** Where the first marker after the first scan begins: the tables of the second. */
function firstScanEnd(file: Buffer): number {
  return file.indexOf(Buffer.from([0xff, 0xc4]), file.indexOf(Buffer.from([0xff, 0xda])));
}

function longSegment(file: Buffer): Buffer {
  const bytes = Buffer.from(file);
  bytes.writeUInt16BE(0xffff, tablesAt(bytes) + 2);
  return bytes;
}
