import { encode } from 'blurhash';
import sharp, { type JpegOptions, type Sharp } from 'sharp';
import type { ImageVariant } from '../../domain/ports.ts';
import type { Header } from './header.ts';
import type { Open } from './opening.ts';

type Size = { width: number; height: number };
type Still = {
  size: 'small' | 'medium' | 'large';
  longPx: number;
  shortPx: number;
  /** Baseline: what a progressive one saves in bytes is little, and it takes twice the time or more (docs/decisions/0050). */
  jpeg: JpegOptions;
};

/** Written row by row. The best codes are known only when the whole picture has been read. */
const inPassing = { optimizeCoding: false };

/**
 * Sides in pixels, largest first: the smaller ones are made from the larger. A picture is reduced until its long side or its
 * short side fits, whichever comes first, so that a long one stays legible; one up to twice as long as wide fits by its long side.
 */
const stills: readonly Still[] = [
  { size: 'large', longPx: 1280, shortPx: 640, jpeg: { quality: 82, ...inPassing } },
  { size: 'medium', longPx: 640, shortPx: 320, jpeg: { quality: 82 } },
  { size: 'small', longPx: 320, shortPx: 160, jpeg: { quality: 82 } },
];
/** How many times the pixels of a square a very long picture may have. */
const maxSquares = 6;
/** Of WebP. */
const maxSidePx = 16_383;
const maxAnimatedPixels = 30_000_000;
const encoding = {
  webp: { quality: 80 },
  png: {},
  gif: {},
} as const;
/** What stays what it is, where the client expects that. */
const keptFormats: Partial<Record<Header['contentType'], keyof typeof encoding>> = {
  'image/webp': 'webp',
  'image/png': 'png',
  'image/gif': 'gif',
};
const originalQuality = 90;

/** Above this an original is reduced; so many pixels are in memory at once when it is turned upright. */
export const maxOriginalPixels = 50_000_000;

/** A JPEG of up to so many pixels may be in memory decoded. */
const maxDecodedPixels = 5_000_000;
/** From here on the decoder reduces a JPEG while it reads it, which is faster than decoding it once. */
const reducesOnLoad = 2;

/** A picture to make sizes of: how to open it, and its pixels where they are in memory. */
export type Source = { open: Open; pixels: Pixels | null };

/** Pixels in memory, upright, and how to open them as often as they are needed. */
type Pixels = Size & { open: Open; hasAlpha: boolean };

/** Decodes a JPEG once for all of its sizes where its largest still needs each pixel anyway. */
export async function decodedOnce(open: Open, header: Header): Promise<Source> {
  const { contentType, width, height } = header;
  const isReducedOnLoad = width / fitting(header, stills[0]).width >= reducesOnLoad;
  if (contentType !== 'image/jpeg' || isReducedOnLoad || width * height > maxDecodedPixels) {
    return { open, pixels: null };
  }
  const pixels = await decoded(open().autoOrient());
  return { open: pixels.open, pixels };
}

/**
 * All sizes of a still, smallest first, and its blurhash. Each is made from the next larger one.
 *
 * @param keepsFormat whether PNG, GIF and WebP stay what they are
 */
export async function makeStills(source: Source, header: Header, keepsFormat: boolean) {
  const variants: ImageVariant[] = [];
  let larger = source;
  for (const still of stills) {
    const pixels = await fitted(larger, fitting(header, still));
    const webFormat = pixels.hasAlpha ? 'webp' : 'jpeg';
    const format = (keepsFormat && keptFormats[header.contentType]) || webFormat;
    const options = format === 'jpeg' ? still.jpeg : encoding[format];
    variants.unshift(await variantOf(still.size, pixels.open().toFormat(format, options)));
    larger = { open: pixels.open, pixels };
  }
  return { variants, blurhash: await blurhashOf(larger.open()) };
}

/** In a size; pixels that have it already are not copied. */
async function fitted({ open, pixels }: Source, size: ReturnType<typeof fitting>): Promise<Pixels> {
  if (pixels?.width === size.width && pixels.height === size.height) return pixels;
  return decoded(open().autoOrient().resize(size));
}

async function decoded(image: Sharp): Promise<Pixels> {
  const pixels = image.toColourspace('srgb').raw();
  const { data, info } = await pixels.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const open = () => sharp(data, { raw: { width, height, channels } });
  return { width, height, open, hasAlpha: channels === 4 };
}

/** What moves, for showing and for downloading. */
export async function makeAnimation(open: Open, { width, height, frames }: Header) {
  const scale = Math.min(1, Math.sqrt(maxAnimatedPixels / (frames * width * height)));
  const moving = open({ animated: true })
    .resize(fitting({ width: width * scale, height: height * scale }, stills[0]))
    .webp({ quality: 75, effort: 3 });
  const animated = await variantOf('animated', moving);
  return [animated, { ...animated, size: 'original' as const }];
}

/** Upright, without metadata, as large as it came. The pixels of a PNG are kept exactly. */
export function makeOriginal(open: Open, { contentType, hasAlpha }: Header): Promise<ImageVariant> {
  const upright = open().autoOrient().toColourspace('srgb');
  if (contentType === 'image/png' || contentType === 'image/gif') {
    return variantOf('original', upright.png());
  }
  return variantOf(
    'original',
    contentType === 'image/webp' || hasAlpha
      ? upright.webp({ quality: originalQuality })
      : upright.jpeg({ quality: originalQuality, ...inPassing }),
  );
}

/** The same picture with fewer pixels, as its camera held it: decoded row by row, for it is turned only afterwards. */
export function reduced(open: Open, { width, height, hasAlpha, orientation }: Header) {
  const scale = Math.sqrt(maxOriginalPixels / (width * height));
  const isTurned = orientation >= 5;
  const [storedWidth, storedHeight] = isTurned ? [height, width] : [width, height];
  const smaller = open().resize({
    width: Math.max(1, Math.floor(storedWidth * scale)),
    height: Math.max(1, Math.floor(storedHeight * scale)),
    fit: 'fill',
  });
  return hasAlpha
    ? smaller.png({ compressionLevel: 1 }).toBuffer()
    : smaller
        .withMetadata({ orientation })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4', ...inPassing })
        .toBuffer();
}

async function variantOf(size: ImageVariant['size'], image: Sharp): Promise<ImageVariant> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const { width, pageHeight, height, format } = info;
  const contentType = `image/${format}` as ImageVariant['contentType'];
  return { size, width, height: pageHeight ?? height, contentType, bytes: data };
}

function fitting({ width, height }: Size, still: Still | undefined) {
  const { longPx, shortPx } = still ?? { longPx: 1280, shortPx: 640 };
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const scale = Math.min(
    1,
    Math.max(longPx / long, shortPx / short),
    Math.sqrt((longPx * longPx * maxSquares) / (width * height)),
    maxSidePx / long,
  );
  const sidePx = (px: number) => Math.max(1, Math.round(px * scale));
  return { width: sidePx(width), height: sidePx(height), fit: 'fill' as const };
}

/** Over white, as most pages show what is transparent. */
async function blurhashOf(image: Sharp): Promise<string> {
  const { data, info } = await image
    .resize(32, 32, { fit: 'inside' })
    .flatten({ background: '#ffffff' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return encode(new Uint8ClampedArray(data), info.width, info.height, 4, 3);
}
