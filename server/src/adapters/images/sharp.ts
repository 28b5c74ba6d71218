import { open as openFile, readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { DomainError } from '../../domain/errors.ts';
import type { ImageFacts, Images } from '../../domain/ports.ts';
import { boundedPool } from '../pool.ts';
import { apngAsWebp, apngFrames, checkApng, type ReadAt } from './apng.ts';
import { photoFactsOf } from './exif.ts';
import { checkGif } from './gif.ts';
import { brokenPicture, type Header, readHeader, tooMuchAtOnce } from './header.ts';
import { checkHeic, heicAsOther } from './heic.ts';
import { checkJpegFile } from './jpeg-check.ts';
import { withoutStrayBytes } from './jpeg-tidy.ts';
import {
  decodedOnce,
  makeAnimation,
  makeOriginal,
  makeStills,
  maxOriginalPixels,
  type Open,
  reduced,
} from './variants.ts';

/** All that libvips may read; not even the header of anything else is looked at. */
const loaders = ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map((name) => `VipsForeignLoad${name}`);

/** How much memory a decoder may use that cannot decode row by row. */
const maxWholeBytes = 256_000_000;
/** HEIC is decoded in a thread that has more, and a limit of its own: a photo of 48 megapixels fits. */
const maxHeicBytes = 300_000_000;
/** From here on pictures are decoded one at a time. */
const largeBytes = 64_000_000;

const pngBeginning = 0x89;
const endOfJpeg = Buffer.from([0xff, 0xd9]);

type Limits = { concurrency: number; maxPixels: number };
type Input = string | Uint8Array;

/** Pictures by sharp (libvips), HEIC by libheif. */
export function sharpImages({ concurrency, maxPixels }: Limits): Images {
  const small = boundedPool({ name: 'images', concurrency, maxWaiting: 100, maxWaitingEach: 50 });
  const large = boundedPool({
    name: 'large-images',
    concurrency: 1,
    maxWaiting: 100,
    maxWaitingEach: 10,
  });
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });

  async function headerOf(input: Input): Promise<Header> {
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

  /** Decodes all there is, so that a broken file is refused while its sender still listens. */
  async function check(path: string, header: Header): Promise<void> {
    if (header.contentType === 'image/heic') return checkHeic(await readFile(path), maxPixels);
    if (header.contentType === 'image/png' && header.isAnimated) {
      return checkApng(await readFile(path));
    }
    if (header.contentType === 'image/gif') checkGif(await readFile(path));
    if (header.contentType !== 'image/jpeg') {
      return decodeSmall(opener(path, maxPixels, header)({ animated: header.isAnimated }));
    }
    const verdict = await checkJpegFile(path).catch(tryLater);
    if (verdict === 'whole') return;
    if (verdict !== 'unknown') throw new Error(verdict.broken);
    const file = await readFile(path);
    await decodeStrictly(file).catch(async (error: unknown) => {
      for (const dropsFill of [false, true]) {
        const tidy = withoutStrayBytes(file, { dropsFill });
        if (tidy.length < file.length && (await decodes(tidy))) return;
      }
      throw error;
    });
  }

  function decodes(jpeg: Buffer): Promise<boolean> {
    return decodeStrictly(jpeg).then(
      () => true,
      () => false,
    );
  }

  /** With an end marker the decoder tells a JPEG that lacks no more than that from one that lacks data. */
  function decodeStrictly(jpeg: Buffer): Promise<void> {
    const whole = Buffer.concat([jpeg, endOfJpeg]);
    return decodeSmall(sharp(whole, { failOn: 'warning', limitInputPixels: maxPixels }));
  }

  async function inspect(path: string, accountId: number): Promise<ImageFacts> {
    const owner = `checks for ${accountId}`;
    const header = await small(() => headerOf(path), owner);
    const pool = header.wholeBytes > largeBytes ? large : small;
    await pool(() => check(path, header).catch(refuse), owner);
    const { contentType, width, height, isAnimated, exif } = header;
    return { contentType, width, height, isAnimated, photo: await photoFactsOf(exif) };
  }

  const makeVariants: Images['makeVariants'] = async (picture, options) => {
    const { accountId, keepsFormat = false } = options;
    // Apart from checks, so that what a worker makes of earlier uploads is no reason to refuse the next.
    const owner = accountId === null ? '' : `sizes for ${accountId}`;
    const header = await small(() => headerOf(picture), owner);
    const pool = header.wholeBytes + turningBytes(header) > largeBytes ? large : small;
    return pool(() => makeAll(picture, header, keepsFormat).catch(refuse), owner);
  };

  async function makeAll(picture: Input, header: Header, keepsFormat: boolean) {
    const other = await asOther(picture, header);
    if (other) {
      const { isAnimated } = header;
      return makeAll(other, { ...(await headerOf(other)), isAnimated }, keepsFormat);
    }
    const source = opener(picture, maxPixels, header);
    const decoded = await decodedOnce(source, header);
    const { variants, blurhash } = await makeStills(decoded, header, keepsFormat);
    const more = header.isAnimated
      ? await makeAnimation(source, header)
      : [await makeOriginal(decoded.open, header)];
    return { blurhash, variants: [...variants, ...more] };
  }

  /** The picture in a form that variants can be made of; null when it is one already. */
  async function asOther(picture: Input, header: Header): Promise<Buffer | null> {
    const { contentType, icc, width, height, isAnimated } = header;
    if (contentType === 'image/heic') {
      return heicAsOther(await bytesOf(picture), { icc, maxPixels });
    }
    if (contentType === 'image/png' && isAnimated) return apngAsWebp(await bytesOf(picture));
    if (isAnimated || width * height <= maxOriginalPixels) return null;
    return reduced(opener(picture, maxPixels, header), header);
  }

  return { inspect, makeVariants };
}

/** How to open a picture. A damaged JPEG is not found out here: `check` has seen each of its bytes. */
function opener(input: Input, maxPixels: number, header?: Header): Open {
  const { contentType, width, height, frames } = header ?? noHeader;
  return (options) =>
    sharp(input, {
      animated: options?.animated ?? false,
      failOn: contentType === 'image/jpeg' ? 'none' : 'error',
      limitInputPixels: Math.max(maxPixels, width * height * frames),
    });
}

const noHeader = { contentType: null, width: 0, height: 0, frames: 1 };

async function decodeSmall(image: Sharp): Promise<void> {
  await image.resize(32, 32, { fit: 'inside' }).raw().toBuffer();
}

/** The memory that rotating a picture, or encoding one as WebP, needs. */
function turningBytes({ contentType, orientation, hasAlpha, width, height }: Header): number {
  const pixels = Math.min(width * height, maxOriginalPixels);
  const isWebp = contentType === 'image/webp' || (hasAlpha && contentType === 'image/avif');
  return pixels * ((orientation > 1 ? 4 : 0) + (isWebp ? 6 : 0));
}

/** Of what says nothing about the picture. */
function tryLater(cause: unknown): never {
  const message = 'The server cannot check pictures now. Try again in a moment.';
  throw new DomainError('unavailable', message, { retryAfterSeconds: 2, cause });
}

function refuse(error: unknown): never {
  if (error instanceof DomainError) throw error;
  throw brokenPicture(error);
}

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

async function bytesOf(input: Input): Promise<Buffer> {
  return typeof input === 'string' ? readFile(input) : bufferOf(input);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
