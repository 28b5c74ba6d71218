import { fillBefore, nextMarker } from './jpeg-markers.ts';
import {
  allPlaces,
  BrokenJpeg,
  longCode,
  quickBits,
  quickSteps,
  type Table,
} from './jpeg-tables.ts';

/** How a block is coded: the number that comes first, and all others. */
export type CodedBlock = { dc: Table; ac: Table; quickFirst: Int32Array; quickNext: Int32Array };

export type Scan = {
  blocks: CodedBlock[];
  /** Groups of blocks that belong together: one of each component, or as many as its sampling says. */
  groups: number;
  restartInterval: number;
};

/** Some cameras leave a few bytes of anything after the coded data. */
const maxPadding = 16;
/** The longest code and the number behind it, and what is looked at beyond. */
const spareBytes = 8;

export function codedBlock(dc: Table, ac: Table): CodedBlock {
  return { dc, ac, quickFirst: quickSteps(dc, ac), quickNext: quickSteps(ac, ac) };
}

/** Reads the blocks of one scan, and returns where the next marker begins, or the end of the file. */
export function readBlocks(bytes: Uint8Array, start: number, scan: Scan): number {
  const { groups, restartInterval } = scan;
  const interval = restartInterval === 0 ? groups : restartInterval;
  const data = roomFor(bytes.length - start + spareBytes);
  let at = start;
  for (let done = 0; done < groups; done += interval) {
    if (done > 0) {
      const expected = 0xd0 + ((done / interval - 1) & 7);
      if (bytes[at + 1] !== expected) throw new BrokenJpeg('A restart marker is missing.');
      at += 2;
    }
    at = readRun(bytes, at, data, { ...scan, groups: Math.min(interval, groups - done) });
  }
  return at;
}

/** Of most photos. It is used again and again, so that a busy server has no garbage to collect. */
const usualRoom = new Uint8Array(1024 * 1024);

function roomFor(bytes: number): Uint8Array {
  return bytes <= usualRoom.length ? usualRoom : new Uint8Array(bytes);
}

/** Reads blocks up to the next marker, and returns where that begins. @param data as much room as there are bytes */
function readRun(bytes: Uint8Array, start: number, data: Uint8Array, scan: Scan): number {
  const { end, length } = copyData(bytes, start, data);
  const read = Math.ceil(countBits(data, length * 8, scan) / 8);
  const marker = nextMarker(bytes, end);
  const unread = length - read + marker - end;
  if (unread - fillBefore(bytes, start, marker) > maxPadding)
    throw new BrokenJpeg('There is more data than blocks.');
  return marker;
}

/**
 * Copies coded data up to the next marker without the zeros that stand after each 0xff in it, and some zeros behind it.
 *
 * @returns where it ends in `bytes`, and how many bytes were copied
 */
function copyData(
  bytes: Uint8Array,
  start: number,
  data: Uint8Array,
): { end: number; length: number } {
  let from = start;
  let length = 0;
  for (;;) {
    const next = bytes.indexOf(0xff, from);
    const isData = next >= 0 && bytes[next + 1] === 0;
    const end = next < 0 ? bytes.length : next;
    const part = bytes.subarray(from, isData ? next + 1 : end);
    data.set(part, length);
    length += part.length;
    if (!isData) {
      data.fill(0, length, length + spareBytes);
      return { end, length };
    }
    from = next + 2;
  }
}

/**
 * How many bits the blocks take. It sees every code of every upload, so its whole state is the number of bits that are read.
 * @throws BrokenJpeg when they take more than there are, or a code is none
 */
function countBits(data: Uint8Array, bits: number, { blocks, groups }: Scan): number {
  const count = blocks.length;
  let at = 0;
  for (let group = 0; group < groups; group += 1) {
    for (let i = 0; i < count; i += 1) {
      const { dc, ac, quickFirst, quickNext } = blocks[i] as CodedBlock;
      let places = 0;
      let steps = quickFirst;
      do {
        const byte = at >>> 3;
        const three =
          ((data[byte] as number) << 16) |
          ((data[byte + 1] as number) << 8) |
          (data[byte + 2] as number);
        const next = (three >>> (8 - (at & 7))) & 0xffff;
        const quick = steps[next >>> (16 - quickBits)] as number;
        let step = quick & 0xffff;
        // So near the end of the block, what follows may belong to the next one.
        if (places + ((step >>> 5) & (allPlaces - 1)) > 63) step = quick >>> 16;
        if (quick === 0) step = longCode(places === 0 ? dc : ac, next);
        at += step & 31;
        places += step >>> 5;
        steps = quickNext;
      } while (places < 64);
      if (places > 64 && places < allPlaces) throw new BrokenJpeg('A block has too many numbers.');
      if (at > bits) throw new BrokenJpeg('The data ends before the picture.');
    }
  }
  return at;
}
