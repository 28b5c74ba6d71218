import { samplePhoto } from '../../adapters/images/sample-photo.ts';
import type { MediaRow } from '../../db/schema.ts';
import { variantKey } from '../../domain/media/media.ts';
import type { BlobStore, ImageVariant } from '../../domain/ports.ts';
import type { App } from '../app.ts';

/** A photo painted once and shown by many posts. */
export type Sample = {
  original: Uint8Array;
  files: readonly ImageVariant[];
  /** The columns of a media row that tell of the picture. */
  columns: Pick<
    MediaRow,
    'state' | 'content_type' | 'bytes' | 'width' | 'height' | 'blurhash' | 'variants'
  >;
};

const sampleCount = 8;
const copiesAtOnce = 8;

/** Paints the photos of the large set, with all their sizes. */
export function paintSamples(images: App['images']): Promise<Sample[]> {
  return Promise.all(Array.from({ length: sampleCount }, (_, i) => paintSample(images, i + 1)));
}

async function paintSample(images: App['images'], seed: number): Promise<Sample> {
  const original = await samplePhoto(seed);
  const { blurhash, variants } = await images.makeVariants(original, { accountId: null });
  const views = variants.map(({ bytes, ...view }) => ({ ...view, bytes: bytes.length }));
  const columns = {
    state: 'ready',
    content_type: 'image/jpeg',
    bytes: original.length,
    width: 1600,
    height: 1200,
    blurhash,
    variants: JSON.stringify(views),
  } as const;
  return { original, files: variants, columns };
}

/** Where the files of one media row belong. */
export type Place = { originalKey: string; publicKey: string; sample: Sample };

/**
 * Gives every row files of its own, so that each address answers and each post can be deleted alone. The bytes of a photo
 * are stored once; all other rows get copies, which on disk are further names of the same file.
 */
export async function placeFiles(
  blobs: BlobStore,
  places: readonly Place[],
  onPlaced: (count: number) => void,
): Promise<void> {
  const firsts = new Map<Sample, Place>();
  const queue = places.values();
  let placed = 0;

  async function placeAll(): Promise<void> {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const place = next.value;
      const first = firsts.get(place.sample);
      if (first) await copyFiles(blobs, first, place);
      placed += 1;
      onPlaced(placed);
    }
  }

  for (const place of places) {
    if (firsts.has(place.sample)) continue;
    await storeFiles(blobs, place);
    firsts.set(place.sample, place);
  }
  await Promise.all(Array.from({ length: copiesAtOnce }, placeAll));
}

async function storeFiles(blobs: BlobStore, { originalKey, publicKey, sample }: Place) {
  await blobs.put(originalKey, sample.original);
  for (const { size, bytes } of sample.files) await blobs.put(variantKey(publicKey, size), bytes);
}

async function copyFiles(blobs: BlobStore, from: Place, to: Place): Promise<void> {
  if (from === to) return;
  await blobs.copy(from.originalKey, to.originalKey);
  for (const { size } of to.sample.files) {
    await blobs.copy(variantKey(from.publicKey, size), variantKey(to.publicKey, size));
  }
}
