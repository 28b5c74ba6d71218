import type { Database } from '../../db/database.ts';
import { DomainError } from '../errors.ts';
import { mayFetch, type OpenFile } from '../media/media.ts';
import { findMediaByPublicKey } from '../media/media-store.ts';
import type { BlobStore } from '../ports.ts';
import { findUploadName } from '../posts/upload-name-store.ts';
import type { Viewer } from '../viewer.ts';

/** A file as it was uploaded. */
export type OpenDocument = OpenFile & {
  /** Null when the upload had none that is kept. */
  name: string | null;
};

/**
 * Finds a file that is not a picture, for a viewer; null when the key belongs to no such file. One that no published post shows
 * is its owner's alone; only then `whoAsks` is called.
 * @throws DomainError `not_found` · those of `whoAsks`
 */
export function documentFinder({ database, blobs }: { database: Database; blobs: BlobStore }) {
  return async function findDocument(
    publicKey: string,
    whoAsks: () => Promise<Viewer>,
  ): Promise<OpenDocument | null> {
    const row = await findMediaByPublicKey(database, publicKey);
    if (row?.purpose !== 'document' || row.post_id === null) return null;
    if (!mayFetch(null, row) && !mayFetch(await whoAsks(), row)) {
      throw new DomainError('not_found', 'There is no such picture.');
    }
    return {
      name: await findUploadName(database, row.post_id),
      contentType: row.content_type,
      bytes: row.bytes,
      tag: `${publicKey}-original`,
      open: (range) => blobs.open(row.original_key, range),
      findAddress: async () => null,
    };
  };
}
