import type { Database } from '../../db/database.ts';
import { DomainError } from '../errors.ts';
import type { BlobStore } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { downloadNameOf } from './file-name.ts';
import { mayFetch, type OpenFile, type VariantView, variantKey } from './media.ts';
import { findMediaByPublicKey, mediaViewOf } from './media-store.ts';

/** A variant that may be sent to the viewer. */
export type OpenVariant = VariantView &
  OpenFile & {
    /** False: only its owner may see it, so no cache may keep it. */
    isPublic: boolean;
    /** The name to download it under; null for one that is only shown. */
    downloadName: string | null;
  };

/** Opens variants for people who may see them. */
export function mediaServing({ database, blobs }: { database: Database; blobs: BlobStore }) {
  /**
   * Finds a variant. A picture that no published post shows is its owner's alone; only then `whoAsks`
   * is called.
   * @throws DomainError `not_found`
   */
  async function findVariant(
    publicKey: string,
    size: string,
    whoAsks: () => Promise<Viewer>,
  ): Promise<OpenVariant> {
    const missing = new DomainError('not_found', 'There is no such picture.');
    const row = await findMediaByPublicKey(database, publicKey);
    const variant = row && mediaViewOf(row).variants.find((v) => v.size === size);
    if (!row || !variant) throw missing;
    const isPublic = mayFetch(null, row);
    if (!isPublic) {
      const viewer = await whoAsks().catch((cause: unknown) => {
        throw new DomainError('not_found', missing.message, { cause });
      });
      if (!mayFetch(viewer, row)) throw missing;
    }
    const key = variantKey(publicKey, variant.size);
    const isDownload = variant.size === 'original';
    return {
      ...variant,
      isPublic,
      tag: `${publicKey}-${variant.size}`,
      downloadName: isDownload ? downloadNameOf(row.file_name, variant.contentType) : null,
      open: (range) => blobs.open(key, range),
      // The store would not say under which name a download is to be saved.
      findAddress: async () =>
        isPublic && !isDownload ? blobs.findAddress(key, variant.contentType) : null,
    };
  }

  return { findVariant };
}
