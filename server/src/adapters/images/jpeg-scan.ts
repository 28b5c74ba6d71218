/**
 * Reads every coded block of a JPEG without making pixels of it. JPEG has no checksums, and the decoder takes many broken
 * codes in silence, so this is the one place where a garbled file is told from a whole one.
 */

type Component = { id: number; h: number; v: number; quantTable: number };
type Frame = { width: number; height: number; components: Component[] };
type Table = {
  /**
   * By the next 9 bits, what their code stands for: how many bits it takes with the number behind it, and how many places of
   * the block it fills, `bits | places << 8`. 0 when the code is longer.
   */
  quick: Uint16Array;
  /** By length: the largest code, and what to add to a code for its place among the meanings; -1 when there is none. */
  maxCodes: Int32Array;
  offsets: Int32Array;
  meanings: Uint16Array;
};
type Scan = {
  blocks: Array<{ dc: Table; ac: Table }>;
  /** Groups of blocks that belong together: one of each component, or as many as its sampling says. */
  groups: number;
  restartInterval: number;
};

/** Some cameras pad the coded data with a few bytes. */
const maxPadding = 16;
const quickBits = 9;
/** More than any block has: the rest of this one is empty. */
const allPlaces = 128;
const quickMask = (1 << quickBits) - 1;

export class BrokenJpeg extends Error {}

/**
 * Whether a JPEG is whole: each of its blocks is there and can be decoded. The end marker may be missing, and what follows
 * it is not looked at. Null for kinds of JPEG that are not read here (progressive ones, above all).
 * @throws BrokenJpeg that says what is wrong
 */
export function checkJpeg(bytes: Uint8Array): true | null {
  const dc: Array<Table | undefined> = [];
  const ac: Array<Table | undefined> = [];
  const quantTables = new Set<number>();
  const seen = new Set<number>();
  let frame: Frame | null = null;
  let restartInterval = 0;
  let at = 2;

  while (at < bytes.length) {
    const marker = markerAt(bytes, at);
    at = marker.end;
    if (marker.code === 0xd9) break;
    if (marker.code === 0x01 || (marker.code >= 0xd0 && marker.code <= 0xd8)) continue;
    const length = u16(bytes, at);
    const segment = bytes.subarray(at + 2, at + length);
    if (length < 2 || segment.length !== length - 2) throw new BrokenJpeg('A segment is cut off.');
    at += length;
    if (marker.code === 0xc4) readHuffman(segment, dc, ac);
    else if (marker.code === 0xdb) readQuantTables(segment, quantTables);
    else if (marker.code === 0xdd) restartInterval = u16(segment, 0);
    else if (marker.code === 0xc0 || marker.code === 0xc1) {
      if (frame) throw new BrokenJpeg('It has two frames.');
      frame = readFrame(segment);
      if (!frame) return null;
    } else if (marker.code >= 0xc2 && marker.code <= 0xcf && marker.code !== 0xcc) return null;
    else if (marker.code === 0xda) {
      if (!frame) throw new BrokenJpeg('A scan has no frame.');
      const { scan, ids } = readScan(segment, frame, { dc, ac, restartInterval });
      for (const { id, quantTable } of frame.components) {
        if (ids.includes(id) && !quantTables.has(quantTable))
          throw new BrokenJpeg('A table is missing.');
      }
      at = readBlocks(bytes, at, scan);
      for (const id of ids) seen.add(id);
      if (seen.size === frame.components.length) return true;
    }
  }
  throw new BrokenJpeg('A part of the picture is missing.');
}

/** The next marker, after any number of fill bytes. */
function markerAt(bytes: Uint8Array, start: number): { code: number; end: number } {
  let at = start;
  if (bytes[at] !== 0xff) throw new BrokenJpeg('There is no marker where one must be.');
  while (bytes[at] === 0xff) at += 1;
  const code = bytes[at];
  if (code === undefined || code === 0)
    throw new BrokenJpeg('There is no marker where one must be.');
  return { code, end: at + 1 };
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

/** Null for what the decoder alone can judge: more than 8 bits, or a height that follows later. */
function readFrame(segment: Uint8Array): Frame | null {
  const [height, width, count] = [u16(segment, 1), u16(segment, 3), segment[5] ?? 0];
  if (segment[0] !== 8 || height === 0) return null;
  if (width === 0 || segment.length < 6 + count * 3) throw new BrokenJpeg('The frame is cut off.');
  const components = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, quantTable = 0] = segment.subarray(6 + i * 3, 9 + i * 3);
    return { id, h: sampling >> 4, v: sampling & 15, quantTable };
  });
  const isSound = components.every(({ h, v }) => h >= 1 && h <= 4 && v >= 1 && v <= 4);
  if (!isSound || count === 0) throw new BrokenJpeg('The frame makes no sense.');
  return { width, height, components };
}

function readHuffman(
  segment: Uint8Array,
  dc: Array<Table | undefined>,
  ac: Array<Table | undefined>,
): void {
  for (let at = 0; at < segment.length; ) {
    const place = segment[at] ?? 0;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, n) => sum + n, 0);
    const symbols = segment.subarray(at + 17, at + 17 + total);
    if (counts.length < 16 || symbols.length < total) throw new BrokenJpeg('A table is cut off.');
    const isDc = place >> 4 === 0;
    (isDc ? dc : ac)[place & 15] = tableOf(counts, symbols, isDc);
    at += 17 + total;
  }
}

function tableOf(counts: Uint8Array, symbols: Uint8Array, isDc: boolean): Table {
  const quick = new Uint16Array(1 << quickBits);
  const meanings = new Uint16Array(symbols.length);
  const maxCodes = new Int32Array(17).fill(-1);
  const offsets = new Int32Array(17);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length += 1) {
    const count = counts[length - 1] ?? 0;
    if (code + count > 1 << length) throw new BrokenJpeg('A table makes no sense.');
    offsets[length] = next - code;
    if (count > 0) maxCodes[length] = code + count - 1;
    for (const end = code + count; code < end; code += 1) {
      const meaning = meaningOf(symbols[next] ?? 0, length, isDc);
      meanings[next] = meaning;
      next += 1;
      const spare = quickBits - length;
      if (spare >= 0) quick.fill(meaning, code << spare, (code + 1) << spare);
    }
    code <<= 1;
  }
  return { quick, maxCodes, offsets, meanings };
}

/** Of a code of so many bits: `bits | places << 8`. */
function meaningOf(symbol: number, length: number, isDc: boolean): number {
  if (isDc) {
    if (symbol > 15) throw new BrokenJpeg('A table makes no sense.');
    return (length + symbol) | (1 << 8);
  }
  const size = symbol & 15;
  if (size > 0) return (length + size) | (((symbol >> 4) + 1) << 8);
  return length | ((symbol === 0xf0 ? 16 : allPlaces) << 8);
}

function readScan(
  segment: Uint8Array,
  frame: Frame,
  {
    dc,
    ac,
    restartInterval,
  }: {
    dc: ReadonlyArray<Table | undefined>;
    ac: ReadonlyArray<Table | undefined>;
    restartInterval: number;
  },
): { scan: Scan; ids: number[] } {
  const count = segment[0] ?? 0;
  const parts = Array.from({ length: count }, (_, i) => {
    const [id, tables = 0] = segment.subarray(1 + i * 2, 3 + i * 2);
    const component = frame.components.find((one) => one.id === id);
    const [dcTable, acTable] = [dc[tables >> 4], ac[tables & 15]];
    if (!component || !dcTable || !acTable) throw new BrokenJpeg('A scan lacks its tables.');
    return { component, tables: { dc: dcTable, ac: acTable } };
  });
  const [first] = parts;
  if (!first) throw new BrokenJpeg('A scan has no components.');
  const maxH = Math.max(...frame.components.map(({ h }) => h));
  const maxV = Math.max(...frame.components.map(({ v }) => v));
  // A component alone has no blocks beyond its edge; together they come in whole groups.
  const isAlone = count === 1;
  const { h, v } = first.component;
  const across = Math.ceil(
    isAlone ? Math.ceil((frame.width * h) / maxH) / 8 : frame.width / (8 * maxH),
  );
  const down = Math.ceil(
    isAlone ? Math.ceil((frame.height * v) / maxV) / 8 : frame.height / (8 * maxV),
  );
  const blocks = parts.flatMap(({ component, tables }) =>
    Array.from({ length: isAlone ? 1 : component.h * component.v }, () => tables),
  );
  if (blocks.length > 10) throw new BrokenJpeg('The frame makes no sense.');
  const ids = parts.map(({ component }) => component.id);
  return { scan: { blocks, groups: across * down, restartInterval }, ids };
}

/**
 * Reads the blocks of one scan, and returns where the next marker begins, or the end of the file.
 */
function readBlocks(bytes: Uint8Array, start: number, scan: Scan): number {
  const { groups, restartInterval } = scan;
  const interval = restartInterval === 0 ? groups : restartInterval;
  let at = start;
  for (let done = 0; done < groups; done += interval) {
    if (done > 0) {
      const expected = 0xd0 + ((done / interval - 1) & 7);
      if (bytes[at + 1] !== expected) throw new BrokenJpeg('A restart marker is missing.');
      at += 2;
    }
    at = readRun(bytes, at, scan.blocks, Math.min(interval, groups - done));
  }
  return at;
}

/**
 * Reads blocks up to the next marker, and returns where that begins. State is in local variables, for it sees every byte
 * of every upload.
 */
function readRun(bytes: Uint8Array, start: number, blocks: Scan['blocks'], groups: number): number {
  const end = bytes.length;
  let at = start;
  /** The lowest `count` bits wait to be read; below zero: so many are still to be skipped. */
  let bits = 0;
  let count = 0;
  /** Bits that were made up after the end of the data. They are the last ones; none of them may be used. */
  let made = 0;

  for (let i = 0; i < groups * blocks.length; i += 1) {
    const { dc, ac } = blocks[i % blocks.length] as { dc: Table; ac: Table };
    let table = dc;
    let places = 0;
    while (places < 64) {
      while (count < 16) {
        const next = at < end ? (bytes[at] as number) : 0xff;
        const after = at + 1 < end ? (bytes[at + 1] as number) : 0xff;
        if (next !== 0xff && after !== 0xff) {
          bits = (bits << 16) | (next << 8) | after;
          count += 16;
          at += 2;
          continue;
        }
        const isData = next !== 0xff || after === 0;
        if (!isData) made += 8;
        else at += next === 0xff ? 2 : 1;
        bits = (bits << 8) | (isData ? next : 0);
        count += 8;
      }
      const quick = table.quick[(bits >>> (count - quickBits)) & quickMask] as number;
      const meaning = quick === 0 ? longCode(table, bits, count) : quick;
      count -= meaning & 255;
      places += meaning >> 8;
      table = ac;
    }
    if (places > 64 && places < allPlaces) throw new BrokenJpeg('A block has too many numbers.');
    if (made > 0 && count < made) throw new BrokenJpeg('The data ends before the picture.');
  }
  const marker = endOfData(bytes, at);
  const unread = Math.floor((count - made) / 8) + marker - at;
  if (unread < 0) throw new BrokenJpeg('The data ends before the picture.');
  if (unread > maxPadding) throw new BrokenJpeg('There is more data than blocks.');
  return marker;
}

/** The meaning of a code that is longer than the quick table knows. */
function longCode({ maxCodes, offsets, meanings }: Table, bits: number, count: number): number {
  for (let length = quickBits + 1; length <= 16; length += 1) {
    const code = (bits >>> (count - length)) & ((1 << length) - 1);
    if (code <= (maxCodes[length] as number)) {
      return meanings[code + (offsets[length] as number)] as number;
    }
  }
  throw new BrokenJpeg('A code is none.');
}

/** Where the next marker begins, from a place within coded data; the end of the file when there is none. */
function endOfData(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const next = bytes.indexOf(0xff, at);
    if (next < 0 || next + 1 >= bytes.length) return bytes.length;
    if (bytes[next + 1] === 0) at = next + 2;
    else if (bytes[next + 1] === 0xff) at = next + 1;
    else return next;
  }
  return bytes.length;
}
