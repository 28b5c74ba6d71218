import { open as openFile, readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { apngFrames, type ReadAt } from './apng.ts';
import { type Header, readHeader, tooMuchAtOnce } from './header.ts';

/** All that libvips may read; not even the header of anything else is looked at. */
const loaders = ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map((name) => `VipsForeignLoad${name}`);

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: loaders });

/** How much memory a decoder may use that cannot decode row by row. */
const maxWholeBytes = 256_000_000;
/** HEIC is decoded in a thread that has more, and a limit of its own: a photo of 48 megapixels fits. */
const maxHeicBytes = 300_000_000;

/** From here on pictures are decoded one at a time. */
export const largeBytes = 64_000_000;

const pngBeginning = 0x89;

/** A file by its path, or its bytes. */
export type Input = string | Uint8Array;
export type Open = (options?: { animated: boolean }) => Sharp;

/** @throws DomainError `unsupported` · `too_large` · `invalid` (broken) */
export async function headerOf(input: Input, maxPixels: number): Promise<Header> {
  const { beginning, frames } = await readFrom(input, async (readAt) => {
    const first = await readAt(0, 12);
    return { beginning: first, frames: first[0] === pngBeginning ? await apngFrames(readAt) : 1 };
  });
  const header = await readHeader(opener(input, maxPixels)(), { beginning, frames, maxPixels });
  const isHeic = header.contentType === 'image/heic';
  const maxBytes = isHeic ? maxHeicBytes : maxWholeBytes;
  if (header.wholeBytes > maxBytes) throw tooMuchAtOnce(header, maxBytes);
  return header;
}

export function isLarge({ wholeBytes }: Header): boolean {
  return wholeBytes > largeBytes;
}

/** How to open a picture. A damaged JPEG is not found out here: `check` has seen each of its bytes. */
export function opener(input: Input, maxPixels: number, header?: Header): Open {
  const { contentType, width, height, frames } = header ?? noHeader;
  return (options) =>
    sharp(input, {
      animated: options?.animated ?? false,
      failOn: contentType === 'image/jpeg' ? 'none' : 'error',
      limitInputPixels: Math.max(maxPixels, width * height * frames),
    });
}

const noHeader = { contentType: null, width: 0, height: 0, frames: 1 };

/** Reads parts of a file, or of bytes. */
async function readFrom<T>(input: Input, work: (readAt: ReadAt) => Promise<T>): Promise<T> {
  if (typeof input !== 'string') {
    const bytes = bufferOf(input);
    return work(async (position, length) => bytes.subarray(position, position + length));
  }
  const file = await openFile(input);
  try {
    return await work(async (position, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await file.close();
  }
}

export async function bytesOf(input: Input): Promise<Buffer> {
  return typeof input === 'string' ? readFile(input) : bufferOf(input);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
