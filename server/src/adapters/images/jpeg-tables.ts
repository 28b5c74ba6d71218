/** The Huffman tables of a JPEG. */

export class BrokenJpeg extends Error {}

export type Table = {
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

export type HuffmanTables = { dc: Array<Table | undefined>; ac: Array<Table | undefined> };

export const quickBits = 9;
/** More than any block has: the rest of this one is empty. */
export const allPlaces = 128;

/** Reads a segment of tables into their places. @throws BrokenJpeg */
export function readHuffman(segment: Uint8Array, { dc, ac }: HuffmanTables): void {
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

/** The meaning of a code that is longer than the quick table knows. */
export function longCode(
  { maxCodes, offsets, meanings }: Table,
  bits: number,
  count: number,
): number {
  for (let length = quickBits + 1; length <= 16; length += 1) {
    const code = (bits >>> (count - length)) & ((1 << length) - 1);
    if (code <= (maxCodes[length] as number)) {
      return meanings[code + (offsets[length] as number)] as number;
    }
  }
  throw new BrokenJpeg('A code is none.');
}
