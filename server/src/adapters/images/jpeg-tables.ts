/** The Huffman tables of a JPEG. */

export class BrokenJpeg extends Error {}

/**
 * What codes stand for, as a step: how many bits they take with the numbers behind them, and how many places of the block they
 * fill, `bits | places << 5`. A code that ends the block adds `allPlaces`.
 */
export type Table = {
  /** By the next `quickBits` bits: the step of the first code, and its length. 0 when it is longer. */
  first: Uint16Array;
  lengths: Uint8Array;
  /** By length: the largest code, and what to add to a code for its place among the steps; -1 when there is none. */
  maxCodes: Int32Array;
  offsets: Int32Array;
  steps: Uint16Array;
};

/** Made when a scan uses it: a table takes a thousand times as long to make as to read, and a file may have any number. */
type LazyTable = () => Table;

export type HuffmanTables = { dc: Array<LazyTable | undefined>; ac: Array<LazyTable | undefined> };

export const quickBits = 11;
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
    let table: Table | undefined;
    (isDc ? dc : ac)[place & 15] = () => (table ??= tableOf(counts, symbols, isDc));
    at += 17 + total;
  }
}

function tableOf(counts: Uint8Array, symbols: Uint8Array, isDc: boolean): Table {
  const first = new Uint16Array(1 << quickBits);
  const lengths = new Uint8Array(1 << quickBits);
  const steps = new Uint16Array(symbols.length);
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
      const step = stepOf(symbols[next] ?? 0, length, isDc);
      steps[next] = step;
      next += 1;
      const spare = quickBits - length;
      if (spare < 0) continue;
      first.fill(step, code << spare, (code + 1) << spare);
      lengths.fill(length, code << spare, (code + 1) << spare);
    }
    code <<= 1;
  }
  return { first, lengths, maxCodes, offsets, steps };
}

/**
 * By the next `quickBits` bits, two steps: that of all codes which these bits hold, and that of the first alone,
 * `all | first << 16`; 0 when even the first is longer.
 * @param then the table of the codes after the first
 */
export function quickSteps({ first }: Table, then: Table): Int32Array {
  const quick = new Int32Array(1 << quickBits);
  for (let bits = 0; bits < quick.length; bits += 1) {
    const step = first[bits] as number;
    if (step !== 0) quick[bits] = allSteps(step, bits, then) | (step << 16);
  }
  return quick;
}

/** The step of a code and of those after it, as many as `quickBits` bits hold and one block may have. */
function allSteps(firstStep: number, bits: number, { first, lengths }: Table): number {
  let all = firstStep;
  while (all >> 5 < allPlaces) {
    const used = all & 31;
    const next = (bits << used) & ((1 << quickBits) - 1);
    const length = lengths[next] as number;
    const step = first[next] as number;
    if (used >= quickBits || length === 0 || used + length > quickBits) return all;
    all += step;
  }
  return all;
}

/** Of a code of so many bits. */
function stepOf(symbol: number, length: number, isDc: boolean): number {
  if (isDc) {
    if (symbol > 15) throw new BrokenJpeg('A table makes no sense.');
    return (length + symbol) | (1 << 5);
  }
  const size = symbol & 15;
  if (size > 0) return (length + size) | (((symbol >> 4) + 1) << 5);
  return length | ((symbol === 0xf0 ? 16 : allPlaces) << 5);
}

/** The step of a code that is longer than the quick table knows. @param bits the next 16 */
export function longCode({ maxCodes, offsets, steps }: Table, bits: number): number {
  for (let length = quickBits + 1; length <= 16; length += 1) {
    const code = bits >>> (16 - length);
    if (code <= (maxCodes[length] as number)) {
      return steps[code + (offsets[length] as number)] as number;
    }
  }
  throw new BrokenJpeg('A code is none.');
}
