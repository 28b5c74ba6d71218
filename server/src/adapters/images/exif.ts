import type { ExpandedTags } from 'exifreader';
import type { PhotoFacts } from '../../domain/ports.ts';

/** The largest EXIF that is looked at; cameras stay below 64 kB. The library reads at most four times as much. */
const maxExifBytes = 128 * 1024;
const maxNameLength = 64;
/** What the library says in place of a value that is not where the file says it is. */
const faulty = '<faulty value>';
/** Before the first photograph no camera had a clock. */
const minYear = 1826;

const none: PhotoFacts = { cameraMake: null, cameraModel: null, takenAt: null, location: null };

/** All that is read; everything else, such as serial numbers and names of owners, is not even parsed. */
const exif = [
  'Make',
  'Model',
  'DateTimeOriginal',
  'OffsetTimeOriginal',
  'GPSLatitudeRef',
  'GPSLatitude',
  'GPSLongitudeRef',
  'GPSLongitude',
] as const;

/**
 * What a photo tells of itself. The uploader chose these bytes, so anything malformed is left out.
 * @param block as libvips hands it over: `Exif\0\0` and a TIFF header
 */
export async function photoFactsOf(block: Uint8Array | undefined): Promise<PhotoFacts> {
  const tiff = block && tiffOf(block);
  if (!tiff || tiff.length > maxExifBytes) return none;
  const { load } = await import('exifreader');
  let tags: ExpandedTags['exif'];
  try {
    tags = load(tiff, { expanded: true, includeTags: { exif: [...exif] } }).exif;
  } catch {
    return none;
  }
  const valueOf = (name: (typeof exif)[number]): unknown => tags?.[name]?.value;
  const latitude = degreesOf(valueOf('GPSLatitude'), textOf(valueOf('GPSLatitudeRef')), 'NS', 90);
  const longitude = degreesOf(
    valueOf('GPSLongitude'),
    textOf(valueOf('GPSLongitudeRef')),
    'EW',
    180,
  );
  return {
    cameraMake: nameOf(textOf(valueOf('Make'))),
    cameraModel: nameOf(textOf(valueOf('Model'))),
    takenAt: timeOf(textOf(valueOf('DateTimeOriginal')), textOf(valueOf('OffsetTimeOriginal'))),
    location: locationOf(latitude, longitude),
  };
}

function tiffOf(block: Uint8Array): Buffer | null {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  return bytes.toString('latin1', 0, 6) === 'Exif\0\0' ? bytes.subarray(6) : null;
}

/** Of a text, the part before its first NUL. */
function textOf(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : null;
  return typeof first === 'string' && first !== faulty ? first : '';
}

/** Letters, digits and punctuation of any script: no markup, no control characters, nothing invisible. */
function nameOf(text: string): string | null {
  const plain = text
    .toWellFormed()
    .replace(/[^\p{L}\p{M}\p{N}\p{P}+]+/gu, ' ')
    .trim();
  const name = Array.from(plain).slice(0, maxNameLength).join('').trim();
  return name === '' ? null : name;
}

/** `2026:06:01 12:00:00` as the camera's clock showed it; with its distance from UTC where it is told. */
function timeOf(text: string, offset: string): string | null {
  const match = /^(\d{4})[:-](\d\d)[:-](\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text.trim());
  if (!match || Number(match[1]) < minYear) return null;
  const [, year, month, day, hour, minute, second] = match;
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const date = new Date(`${time}Z`);
  // A day that does not exist would become one that does.
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== time) return null;
  const isOffset = /^[+-](0\d|1[0-4]):[0-5]\d$/.test(offset.trim());
  return isOffset ? time + offset.trim() : time;
}

/** Degrees, minutes and seconds, each a fraction. */
function degreesOf(value: unknown, ref: string, refs: string, max: number): number | null {
  const sign = ref.trim() === refs[0] ? 1 : ref.trim() === refs[1] ? -1 : null;
  if (sign === null || !Array.isArray(value) || value.length !== 3) return null;
  const [degrees = NaN, minutes = NaN, seconds = NaN] = value.map(fractionOf);
  const all = degrees + minutes / 60 + seconds / 3600;
  if (!(all >= 0 && all <= max && minutes < 60.0001 && seconds < 60.0001)) return null;
  // A millionth of a degree is a hand's breadth.
  return Math.round(sign * all * 1e6) / 1e6 || 0;
}

function fractionOf(value: unknown): number {
  if (!Array.isArray(value) || value.length !== 2) return NaN;
  const [numerator, denominator]: unknown[] = value;
  const isFraction = typeof numerator === 'number' && typeof denominator === 'number';
  return isFraction && denominator > 0 ? numerator / denominator : NaN;
}

/** Cameras that do not know where they are write zeros. */
function locationOf(latitude: number | null, longitude: number | null): PhotoFacts['location'] {
  if (latitude === null || longitude === null) return null;
  return latitude === 0 && longitude === 0 ? null : { latitude, longitude };
}
