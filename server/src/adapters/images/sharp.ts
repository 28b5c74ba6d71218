import { encode } from 'blurhash';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { ImageFacts, Images, ImageVariant, VariantSize } from '../../domain/ports.ts';
import { boundedPool } from '../pool.ts';
import { photoFactsOf } from './exif.ts';

/** Longest side in pixels, largest first: the smaller ones are made from the larger. */
const sizes: ReadonlyArray<[VariantSize, number]> = [
  ['large', 1280],
  ['medium', 640],
  ['small', 320],
];

/** By what libvips calls the format. */
const contentTypes: Partial<Record<string, ImageFacts['contentType']>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
};

const encoding = {
  jpeg: { quality: 82, progressive: true },
  webp: { quality: 80 },
  png: {},
  gif: {},
} as const;

function isKeptFormat(format: string): format is 'webp' | 'png' | 'gif' {
  return ['webp', 'png', 'gif'].includes(format);
}

/** All that libvips may read; not even the header of anything else is looked at. */
const loaders = ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map((name) => `VipsForeignLoad${name}`);

type Limits = { concurrency: number; maxPixels: number };

/** Pictures by sharp (libvips). */
export function sharpImages({ concurrency, maxPixels }: Limits): Images {
  const pool = boundedPool({ concurrency, maxWaiting: 100 });
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });

  function open(input: string | Uint8Array): Sharp {
    return sharp(input, { failOn: 'error', limitInputPixels: maxPixels });
  }

  async function inspect(path: string): Promise<ImageFacts> {
    const metadata = await readHeader(open(path), maxPixels);
    const contentType = contentTypeOf(metadata);
    if (!contentType) throw unsupported();
    const { autoOrient } = metadata;
    await decodeSmall(open(path));
    const photo = await photoFactsOf(metadata.exif);
    return { contentType, width: autoOrient.width, height: autoOrient.height, photo };
  }

  async function makeVariants(bytes: Uint8Array, keepsFormat: boolean) {
    const { data, info } = await decodeLarge(open(bytes));
    const own = keepsFormat ? (await open(bytes).metadata()).format : undefined;
    const webFormat = info.channels === 4 ? 'webp' : 'jpeg';
    const format = own !== undefined && isKeptFormat(own) ? own : webFormat;
    const pixels = () =>
      sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
    const variants: ImageVariant[] = [];
    for (const [size, sidePx] of sizes) {
      const resized = pixels().resize(sidePx, sidePx, { fit: 'inside', withoutEnlargement: true });
      const encoded = resized.toFormat(format, encoding[format]);
      const made = await encoded.toBuffer({ resolveWithObject: true });
      variants.unshift({
        size,
        width: made.info.width,
        height: made.info.height,
        contentType: `image/${format}`,
        bytes: made.data,
      });
    }
    return { variants, blurhash: await blurhashOf(pixels()) };
  }

  return {
    inspect: (path) => pool(() => inspect(path)),
    makeVariants: (bytes, { keepsFormat = false } = {}) =>
      pool(() => makeVariants(bytes, keepsFormat)),
  };
}

/** Reads the header alone: what the picture claims to be is checked before a pixel is decoded. */
async function readHeader(image: Sharp, maxPixels: number): Promise<Metadata> {
  try {
    return await image.metadata();
  } catch (cause) {
    if (isPixelLimit(cause)) throw tooManyPixels(maxPixels);
    throw unsupported(cause);
  }
}

function contentTypeOf({ format, compression }: Metadata): ImageFacts['contentType'] | undefined {
  // HEIC comes in the same container; its pixels cannot be decoded here.
  if (format === 'heif') return compression === 'av1' ? 'image/avif' : undefined;
  return contentTypes[format];
}

/** Decodes every byte into a small picture, so that a broken file is refused while its sender still listens. */
async function decodeSmall(image: Sharp): Promise<void> {
  try {
    await image.resize(32, 32, { fit: 'inside' }).raw().toBuffer();
  } catch (cause) {
    throw brokenPicture(cause);
  }
}

/** Upright, in sRGB, at most as large as the largest variant, as raw pixels. */
async function decodeLarge(image: Sharp) {
  const [, sidePx] = sizes[0] ?? ['large', 1280];
  try {
    return await image
      .autoOrient()
      .resize(sidePx, sidePx, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw brokenPicture(cause);
  }
}

async function blurhashOf(image: Sharp): Promise<string> {
  const { data, info } = await image
    .resize(32, 32, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return encode(new Uint8ClampedArray(data), info.width, info.height, 4, 3);
}

function isPixelLimit(error: unknown): boolean {
  return error instanceof Error && /pixel limit/i.test(error.message);
}

function tooManyPixels(maxPixels: number): DomainError {
  const message = `must have at most ${maxPixels} pixels`;
  return new DomainError('too_large', `The picture ${message}.`, {
    fields: [{ field: 'file', message }],
  });
}

function unsupported(cause?: unknown): DomainError {
  const message = 'must be a JPEG, PNG, GIF, WebP or AVIF picture';
  return new DomainError('unsupported', `The file ${message}.`, {
    fields: [{ field: 'file', message }],
    cause,
  });
}

function brokenPicture(cause: unknown): DomainError {
  const error = invalid('file', 'is a broken or incomplete picture');
  error.cause = cause;
  return error;
}
