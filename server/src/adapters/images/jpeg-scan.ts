/**
 * Reads every coded block of a JPEG without making pixels of it. JPEG has no checksums, and the decoder takes many broken
 * codes in silence, so this is the one place where a garbled file is told from a whole one.
 */

import { codedBlock, readBlocks, type Scan } from './jpeg-blocks.ts';
import { type JpegHeader, plainHeader } from './jpeg-header.ts';
import { endOfSegment, isAlone, nextMarker } from './jpeg-markers.ts';
import { BrokenJpeg, type HuffmanTables, readHuffman } from './jpeg-tables.ts';

type Component = { id: number; h: number; v: number; quantTable: number };
type Frame = { width: number; height: number; components: Component[] };

/**
 * Whether a JPEG is whole: each of its blocks is there and can be decoded. The end marker may be missing, and what follows
 * it is not looked at. Null for kinds of JPEG that are not read here (progressive ones, above all), and for more pixels.
 * @returns its header, which is null where only the decoder can read it
 * @throws BrokenJpeg that says what is wrong
 */
export function checkJpeg(
  bytes: Uint8Array,
  maxPixels = Number.POSITIVE_INFINITY,
): { header: JpegHeader | null } | null {
  const exifs: Uint8Array[] = [];
  const tables: HuffmanTables = { dc: [], ac: [] };
  const quantTables = new Set<number>();
  const seen = new Set<number>();
  let frame: Frame | null = null;
  let restartInterval = 0;
  let at = 2;

  while (at < bytes.length) {
    const marker = markerAt(bytes, at);
    at = marker.end;
    if (marker.code === 0xd9) break;
    if (isAlone(marker.code)) continue;
    const length = u16(bytes, at);
    const segment = bytes.subarray(at + 2, at + length);
    if (length < 2 || segment.length !== length - 2) throw new BrokenJpeg('A segment is cut off.');
    at += length;
    if (marker.code === 0xc4) readHuffman(segment, tables);
    else if (marker.code === 0xdb) readQuantTables(segment, quantTables);
    else if (marker.code === 0xe1 && isExif(segment)) exifs.push(segment);
    else if (marker.code === 0xdd) restartInterval = u16(segment, 0);
    else if (marker.code === 0xc0 || marker.code === 0xc1) {
      if (frame) throw new BrokenJpeg('It has two frames.');
      frame = readFrame(segment);
      if (!frame || frame.width * frame.height > maxPixels) return null;
    } else if (marker.code >= 0xc2 && marker.code <= 0xcf && marker.code !== 0xcc) {
      if (hasManyScans(bytes, at)) throw new BrokenJpeg('It has too many scans.');
      return null;
    } else if (marker.code === 0xda) {
      if (!frame) throw new BrokenJpeg('A scan has no frame.');
      // Frames of motion JPEG leave the usual tables out; the decoder knows them.
      if (tables.dc.length + tables.ac.length === 0) return null;
      const { scan, ids } = readScan(segment, frame, { ...tables, restartInterval });
      // A scan costs more than its bytes; with each component once, there are few.
      if (ids.some((id) => seen.has(id))) throw new BrokenJpeg('A component comes twice.');
      for (const { id, quantTable } of frame.components) {
        if (ids.includes(id) && !quantTables.has(quantTable))
          throw new BrokenJpeg('A table is missing.');
      }
      at = readBlocks(bytes, at, scan);
      for (const id of ids) seen.add(id);
      if (seen.size === frame.components.length) return { header: plainHeader(frame, exifs) };
    }
  }
  throw new BrokenJpeg('A part of the picture is missing.');
}

/** The next marker. Some cameras leave bytes between segments, which every decoder skips. */
function markerAt(bytes: Uint8Array, start: number): { code: number; end: number } {
  const at = nextMarker(bytes, start);
  const code = bytes[at + 1];
  if (code === undefined) throw new BrokenJpeg('A part of the picture is missing.');
  return { code, end: at + 2 };
}

/** Encoders write about ten; the decoder goes through the whole picture for each, even for one of a few bytes. */
const maxScans = 100;

/** Whether there are more scans after a frame than any encoder writes. */
function hasManyScans(bytes: Uint8Array, start: number): boolean {
  let scans = 0;
  for (let at = nextMarker(bytes, start); at < bytes.length; at = nextMarker(bytes, at)) {
    const code = bytes[at + 1] as number;
    if (code === 0xd9) break;
    if (code === 0xda) scans += 1;
    at = isAlone(code) ? at + 2 : endOfSegment(bytes, at);
  }
  return scans > maxScans;
}

const exifBeginning = Buffer.from('Exif\0\0', 'latin1');

function isExif(segment: Uint8Array): boolean {
  return exifBeginning.equals(segment.subarray(0, exifBeginning.length));
}

function u16(bytes: Uint8Array, at: number): number {
  const [high, low] = [bytes[at], bytes[at + 1]];
  if (high === undefined || low === undefined) throw new BrokenJpeg('A segment is cut off.');
  return (high << 8) | low;
}

function readQuantTables(segment: Uint8Array, into: Set<number>): void {
  for (let at = 0; at < segment.length; ) {
    const first = segment[at] ?? 0;
    into.add(first & 15);
    at += 1 + (first >> 4 === 0 ? 64 : 128);
    if (at > segment.length) throw new BrokenJpeg('A table is cut off.');
  }
}

/** Null for what the decoder alone can judge: more than 8 bits, a height that follows later, components of the same name. */
function readFrame(segment: Uint8Array): Frame | null {
  const [height, width, count] = [u16(segment, 1), u16(segment, 3), segment[5] ?? 0];
  if (segment[0] !== 8 || height === 0) return null;
  if (width === 0 || segment.length < 6 + count * 3) throw new BrokenJpeg('The frame is cut off.');
  const components = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, quantTable = 0] = segment.subarray(6 + i * 3, 9 + i * 3);
    return { id, h: sampling >> 4, v: sampling & 15, quantTable };
  });
  if (new Set(components.map(({ id }) => id)).size < count) return null;
  const isSound = components.every(({ h, v }) => h >= 1 && h <= 4 && v >= 1 && v <= 4);
  if (!isSound || count === 0) throw new BrokenJpeg('The frame makes no sense.');
  return { width, height, components };
}

function readScan(
  segment: Uint8Array,
  frame: Frame,
  { dc, ac, restartInterval }: HuffmanTables & { restartInterval: number },
): { scan: Scan; ids: number[] } {
  const count = segment[0] ?? 0;
  const parts = Array.from({ length: count }, (_, i) => {
    const [id, tables = 0] = segment.subarray(1 + i * 2, 3 + i * 2);
    const component = frame.components.find((one) => one.id === id);
    const [dcTable, acTable] = [dc[tables >> 4]?.(), ac[tables & 15]?.()];
    if (!component || !dcTable || !acTable) throw new BrokenJpeg('A scan lacks its tables.');
    return { component, block: codedBlock(dcTable, acTable) };
  });
  const [first] = parts;
  if (!first) throw new BrokenJpeg('A scan has no components.');
  const maxH = Math.max(...frame.components.map(({ h }) => h));
  const maxV = Math.max(...frame.components.map(({ v }) => v));
  // A component alone has no blocks beyond its edge; together they come in whole groups.
  const isSingle = count === 1;
  const { h, v } = first.component;
  const across = Math.ceil(
    isSingle ? Math.ceil((frame.width * h) / maxH) / 8 : frame.width / (8 * maxH),
  );
  const down = Math.ceil(
    isSingle ? Math.ceil((frame.height * v) / maxV) / 8 : frame.height / (8 * maxV),
  );
  const blocks = parts.flatMap(({ component, block }) =>
    Array.from({ length: isSingle ? 1 : component.h * component.v }, () => block),
  );
  if (blocks.length > 10) throw new BrokenJpeg('The frame makes no sense.');
  const ids = parts.map(({ component }) => component.id);
  return { scan: { blocks, groups: across * down, restartInterval }, ids };
}
