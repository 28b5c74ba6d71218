import type { MediaRow } from '../../db/schema.ts';
import { DomainError } from '../errors.ts';
import type { BlobStore, Images } from '../ports.ts';
import { type VariantView, variantKey } from './media.ts';

/** Stores what is made of a picture, and gives what its row says of it; null when it cannot be decoded. */
export type StoreVariants = (
  row: Pick<MediaRow, 'account_id' | 'public_key'>,
  original: string | Uint8Array,
  options?: { keepsFormat?: boolean; isAwaited?: boolean },
) => Promise<Pick<MediaRow, 'state' | 'blurhash' | 'variants'> | null>;

export function variantStorage({ blobs, images }: { blobs: BlobStore; images: Images }) {
  const store: StoreVariants = async (row, original, options) => {
    const whose = { ...options, accountId: row.account_id };
    const made = await images.makeVariants(original, whose).catch(nullIfBroken);
    if (!made) return null;
    await blobs.putAll(
      made.variants.map(({ size, bytes }) => ({ key: variantKey(row.public_key, size), bytes })),
    );
    const variants = made.variants.map(
      ({ bytes, ...v }): VariantView => ({ ...v, bytes: bytes.length }),
    );
    return { state: 'ready', blurhash: made.blurhash, variants: JSON.stringify(variants) };
  };
  return store;
}

/** A repeat may succeed when the machine is only busy. */
function nullIfBroken(error: unknown): null {
  const isBusy =
    error instanceof DomainError && (error.code === 'unavailable' || error.code === 'rate_limited');
  if (error instanceof DomainError && !isBusy) return null;
  throw error;
}
