import type { Metadata, Sharp } from 'sharp';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { ImageFacts } from '../../domain/ports.ts';

type ContentType = ImageFacts['contentType'];

/** By what libvips calls the format. */
const contentTypes: Partial<Record<string, ContentType>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** How files of the formats that are taken begin. */
const beginnings = [
  /^\xff\xd8\xff/,
  /^\x89PNG\r\n/,
  /^GIF8[79]a/,
  /^RIFF[^]{4}WEBP/,
  /^[^]{4}ftyp(avif|avis|heic|heix|heim|heis|hevc|hevx|mif1|msf1)/,
];

/** Longest animation that is kept. Above that a picture is its first frame. */
const maxFrames = 500;
const maxAnimationPixels = 60_000_000;

/** What a picture says about itself, before a pixel is decoded. */
export type Header = {
  contentType: ContentType;
  /** As it is seen, after turning it upright. */
  width: number;
  height: number;
  /** By EXIF; 1 is upright. HEIC and AVIF turn their pixels themselves. */
  orientation: number;
  hasAlpha: boolean;
  isProgressive: boolean;
  /** Whether its frames are kept: there are several, and not too many. */
  isAnimated: boolean;
  /** How many are kept. */
  frames: number;
  icc: Buffer | undefined;
  exif: Buffer | undefined;
  /** How much memory a decoder needs at once, in bytes, where it cannot decode row by row. */
  wholeBytes: number;
};

/**
 * @param beginning of the file: twelve bytes
 * @param frames of an animated PNG, which libvips does not know
 * @throws DomainError `unsupported` · `too_large` (pixels) · `invalid` (broken)
 */
export async function readHeader(
  image: Sharp,
  { beginning, frames, maxPixels }: { beginning: Uint8Array; frames: number; maxPixels: number },
): Promise<Header> {
  const metadata = await metadataOf(image, beginning, maxPixels);
  const contentType = contentTypeOf(metadata);
  if (!contentType) throw unsupported();
  const { width, height } = metadata.autoOrient;
  if (width * height > maxPixels) throw tooManyPixels(maxPixels);
  const count = framesOf(metadata, contentType, frames);
  const isAnimated =
    count > 1 && count <= maxFrames && count * width * height <= maxAnimationPixels;
  return {
    contentType,
    width,
    height,
    orientation: metadata.orientation ?? 1,
    hasAlpha: metadata.hasAlpha,
    isProgressive: metadata.isProgressive,
    isAnimated,
    frames: isAnimated ? count : 1,
    icc: metadata.icc,
    exif: metadata.exif,
    wholeBytes: isAnimated ? count * width * height * 4 : wholeBytesOf(metadata, contentType),
  };
}

async function metadataOf(
  image: Sharp,
  beginning: Uint8Array,
  maxPixels: number,
): Promise<Metadata> {
  try {
    return await image.metadata();
  } catch (cause) {
    if (isPixelLimit(cause)) throw tooManyPixels(maxPixels);
    const text = Buffer.from(beginning).toString('latin1');
    throw beginnings.some((form) => form.test(text)) ? brokenPicture(cause) : unsupported(cause);
  }
}

function contentTypeOf({ format, compression }: Metadata): ContentType | undefined {
  if (format !== 'heif') return contentTypes[format];
  if (compression === 'hevc') return 'image/heic';
  return compression === 'av1' ? 'image/avif' : undefined;
}

function framesOf({ pages }: Metadata, contentType: ContentType, apngFrames: number): number {
  const canMove = contentType === 'image/gif' || contentType === 'image/webp';
  return canMove ? (pages ?? 1) : apngFrames;
}

/** Baseline JPEG and plain PNG are decoded row by row; everything else is in memory as a whole. */
function wholeBytesOf(metadata: Metadata, contentType: ContentType): number {
  const { width, height, channels, depth, isProgressive, chromaSubsampling } = metadata;
  const pixels = width * height;
  const sampleBytes = depth === 'uchar' ? 1 : 2;
  if (contentType === 'image/jpeg') {
    // Two bytes for each coefficient, until the last scan is read.
    const samples = chromaSubsampling?.startsWith('4:2:0') ? 1.5 : channels;
    return isProgressive ? pixels * samples * 2 : 0;
  }
  if (contentType === 'image/png') return isProgressive ? pixels * channels * sampleBytes : 0;
  return pixels * (contentType === 'image/avif' || contentType === 'image/heic' ? 6 : 4);
}

function isPixelLimit(error: unknown): boolean {
  return error instanceof Error && /pixel limit/i.test(error.message);
}

function tooManyPixels(maxPixels: number): DomainError {
  const message = `must have at most ${Math.floor(maxPixels)} pixels`;
  return new DomainError('too_large', `The picture ${message}.`, {
    fields: [{ field: 'file', message }],
  });
}

/** @param maxBytes how much memory a decoder may use */
export function tooMuchAtOnce(
  { width, height, wholeBytes }: Header,
  maxBytes: number,
): DomainError {
  const pixels = Math.floor((width * height * maxBytes) / wholeBytes);
  const message = `must have at most ${pixels} pixels in this format; a baseline JPEG may have more`;
  return new DomainError('too_large', `The picture ${message}.`, {
    fields: [{ field: 'file', message }],
  });
}

function unsupported(cause?: unknown): DomainError {
  const message = 'must be a JPEG, PNG, GIF, WebP, AVIF or HEIC picture';
  return new DomainError('unsupported', `The file ${message}.`, {
    fields: [{ field: 'file', message }],
    cause,
  });
}

export function brokenPicture(cause: unknown): DomainError {
  const error = invalid('file', 'is a broken or incomplete picture');
  error.cause = cause;
  return error;
}
