import { describe, expect, it } from 'vitest';
import { checkJpeg } from '../../src/adapters/images/jpeg-scan.ts';
import { noise } from '../support/pictures.ts';

/** A scan of the first component whose data is one byte. */
const shortScan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0]);

function begins(kind: number): Buffer {
  return Buffer.from([0xff, kind]);
}

function segment(kind: number, ...content: number[]): Buffer {
  const length = content.length + 2;
  return Buffer.from([0xff, kind, length >> 8, length & 255, ...content]);
}

/** A table with one code, for brightness (0x00) or for details (0x10). */
function table(place: number): Buffer {
  return segment(0xc4, place, 1, ...Array(15).fill(0), 0);
}

/** Two components of eight by eight pixels, and the tables for them. */
const beginning = Buffer.concat([
  begins(0xd8),
  segment(0xdb, 0, ...Array(64).fill(1)),
  table(0x00),
  table(0x10),
  segment(0xc0, 8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0),
]);

describe('a JPEG that is small and costs much', () => {
  it('is refused when a component comes again and again', () => {
    const file = Buffer.concat([beginning, ...Array(2).fill(shortScan)]);

    expect(() => checkJpeg(file)).toThrow('A component comes twice.');
  });

  it('has no table made that no scan uses, so that it may have any number', async () => {
    const file = await noise(64, 64).jpeg().toBuffer();
    const senseless = segment(0xc4, 0x03, 3, ...Array(15).fill(0), 0, 0, 0);
    const scan = file.indexOf(begins(0xda));
    const used = Buffer.from(file);
    used[scan + 6] = 0x30;
    const withTable = (jpeg: Buffer) =>
      Buffer.concat([jpeg.subarray(0, scan), senseless, jpeg.subarray(scan)]);

    expect(checkJpeg(withTable(file))).not.toBeNull();
    expect(() => checkJpeg(withTable(used))).toThrow('A table makes no sense.');
  });

  it('is refused when a progressive one has hundreds of scans, but not for those within another segment', async () => {
    const file = await noise(64, 64).jpeg({ progressive: true }).toBuffer();
    const scan = file.indexOf(begins(0xda));
    const withMany = (count: number) =>
      Buffer.concat([file.subarray(0, scan), ...Array(count).fill(shortScan), file.subarray(scan)]);
    const preview = segment(0xe2, ...Buffer.concat(Array(200).fill(shortScan)));

    expect(() => checkJpeg(withMany(101))).toThrow('It has too many scans.');
    expect(checkJpeg(withMany(60))).toBeNull();
    expect(
      checkJpeg(Buffer.concat([file.subarray(0, scan), preview, file.subarray(scan)])),
    ).toBeNull();
  });
});
