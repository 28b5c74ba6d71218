const extension = 0x21;
const image = 0x2c;

/**
 * Walks through the blocks of a GIF, for its decoder shows what it has of a file that ends within one. The end marker may
 * be missing, as with a JPEG.
 * @throws Error when a block is cut off
 */
export function checkGif(bytes: Uint8Array): void {
  let at = 13 + tableBytes(bytes, 10);
  for (let kind = bytes[at]; kind === extension || kind === image; kind = bytes[at]) {
    // An extension has a label; an image its place, perhaps its colors, and the width of its codes.
    at += kind === extension ? 2 : 11 + tableBytes(bytes, at + 9);
    for (let length = byteAt(bytes, at); length > 0; length = byteAt(bytes, at)) at += 1 + length;
    at += 1;
  }
}

/** Of the color table that a packed byte speaks of. */
function tableBytes(bytes: Uint8Array, at: number): number {
  const packed = byteAt(bytes, at);
  return packed >= 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error('The file ends within a block.');
  return byte;
}
