import type { Database, Tx } from '../../db/database.ts';
import type { MediaRow } from '../../db/schema.ts';
import { emit } from '../events.ts';
import type { BlobStore, Now } from '../ports.ts';
import type { AvatarTurns } from './avatar-turns.ts';
import { blobKeysOf } from './media.ts';
import { findMedia, finishMedia, type MadeColumns } from './media-store.ts';
import type { StoreVariants } from './variant-storage.ts';

type Needs = {
  database: Database;
  now: Now;
  blobs: BlobStore;
  storeVariants: StoreVariants;
  avatars: AvatarTurns;
};

/** Makes the sizes of a picture, in the worker. */
export function mediaRendering({ database, now, blobs, storeVariants, avatars }: Needs) {
  /**
   * Makes the variants of an upload. Repeating it overwrites the same objects; `write` runs the last step, once.
   * A picture that cannot be decoded is marked as failed, because a repeat would fail again.
   */
  async function makeVariants(
    mediaId: number,
    write: (work: (tx: Tx) => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const row = await findMedia(database, mediaId);
    if (!row) return;
    const values = await blobs.lend(row.original_key, (path) =>
      storeVariants(row, path, { isAwaited: false }),
    );
    if (!values) {
      const failure = { state: 'failed' as const, blurhash: null, variants: '[]' };
      await write((tx) => finish(tx, row, failure));
      return;
    }
    await write(async (tx) => {
      const isThere = await finish(tx, row, values);
      // Deleted while the worker rendered it: the new objects must be deleted, too.
      if (!isThere) await emit(tx, now(), 'media.deleted', { blobKeys: blobKeysOf(row) });
    });
  }

  async function finish(tx: Tx, row: MediaRow, values: MadeColumns): Promise<boolean> {
    if (!(await finishMedia(tx, row.id, values))) return false;
    if (row.purpose === 'avatar') await avatars.settle(tx, row, values.state === 'ready');
    return true;
  }

  return { makeVariants };
}
