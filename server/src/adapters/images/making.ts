import { DomainError } from '../../domain/errors.ts';
import type { ImageVariants } from '../../domain/ports.ts';
import { boundedPool, type Pool } from '../pool.ts';
import { apngAsWebp } from './apng.ts';
import { brokenPicture, type Header } from './header.ts';
import { heicAsOther } from './heic.ts';
import { bytesOf, headerOf, type Input, largeBytes, opener } from './opening.ts';
import {
  decodedOnce,
  makeAnimation,
  makeOriginal,
  makeStills,
  maxOriginalPixels,
  reduced,
} from './variants.ts';

export type Limits = {
  /** How many pictures are decoded at once. */
  concurrency: number;
  maxPixels: number;
};

/** For pictures that take much memory: one at a time. */
export function largePool(): Pool {
  return boundedPool({
    name: 'large-images',
    concurrency: 1,
    maxWaiting: 100,
    maxWaitingEach: 10,
    isUneven: true,
  });
}

/**
 * Makes sizes in this process, so many pictures at once as the limits say, and large ones one at a time. Owners take turns.
 * @throws DomainError (from the result) `invalid` (broken) · `rate_limited` · `unavailable`
 */
export function pictureMaking({ concurrency, maxPixels }: Limits, large: Pool) {
  const small = boundedPool({ name: 'images', concurrency, maxWaiting: 100, maxWaitingEach: 50 });

  return async (
    picture: Input,
    { owner, keepsFormat }: { owner: string; keepsFormat: boolean },
  ): Promise<ImageVariants> => {
    const header = await small(() => headerOf(picture, maxPixels), owner);
    const pool = header.wholeBytes + turningBytes(header) > largeBytes ? large : small;
    const options = { maxPixels, keepsFormat };
    return pool(() => makeAll(picture, header, options).catch(refuse), owner);
  };
}

/** The memory that rotating a picture, or encoding one as WebP, needs. */
function turningBytes({ contentType, orientation, hasAlpha, width, height }: Header): number {
  const pixels = Math.min(width * height, maxOriginalPixels);
  const isWebp = contentType === 'image/webp' || (hasAlpha && contentType === 'image/avif');
  return pixels * ((orientation > 1 ? 4 : 0) + (isWebp ? 6 : 0));
}

export function refuse(error: unknown): never {
  if (error instanceof DomainError) throw error;
  throw brokenPicture(error);
}

type MakeOptions = {
  maxPixels: number;
  /** Whether PNG, GIF and WebP stay what they are. */
  keepsFormat: boolean;
};

/** @throws whatever the decoder says of a broken one */
async function makeAll(
  picture: Input,
  header: Header,
  options: MakeOptions,
): Promise<ImageVariants> {
  const { maxPixels, keepsFormat } = options;
  const other = await asOther(picture, header, maxPixels);
  if (other) {
    const { isAnimated } = header;
    return makeAll(other, { ...(await headerOf(other, maxPixels)), isAnimated }, options);
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
async function asOther(picture: Input, header: Header, maxPixels: number): Promise<Buffer | null> {
  const { contentType, icc, width, height, isAnimated } = header;
  if (contentType === 'image/heic') {
    return heicAsOther(await bytesOf(picture), { icc, maxPixels });
  }
  if (contentType === 'image/png' && isAnimated) return apngAsWebp(await bytesOf(picture));
  if (isAnimated || width * height <= maxOriginalPixels) return null;
  return reduced(opener(picture, maxPixels, header), header);
}
