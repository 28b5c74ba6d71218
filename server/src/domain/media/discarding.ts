import type { Database, Tx } from '../../db/database.ts';
import type { MediaRow } from '../../db/schema.ts';
import { addToAccountCount } from '../accounts/account-store.ts';
import { dayMs } from '../durations.ts';
import { emit } from '../events.ts';
import type { BlobStore, Now } from '../ports.ts';
import { blobKeysOf } from './media.ts';
import { deleteMedia, listMedia } from './media-store.ts';

type Needs = { database: Database; now: Now; blobs: Pick<BlobStore, 'delete'> };

/** Removes media: the rows first, their objects after the commit. */
export function mediaDiscarding({ database, now, blobs }: Needs) {
  /**
   * Removes rows of media and gives their bytes back; the objects follow after the commit. A row that a post has taken or
   * left since it was read stays. Returns how many were removed.
   */
  async function discard(tx: Tx, rows: readonly MediaRow[]): Promise<number> {
    let removed = 0;
    for (const row of rows) {
      if (!(await deleteMedia(tx, row))) continue;
      removed += 1;
      await addToAccountCount(tx, row.account_id, 'media_bytes', -row.bytes);
      await emit(tx, now(), 'media.deleted', { blobKeys: blobKeysOf(row) });
    }
    return removed;
  }

  /** Deletes objects. Repeating it is harmless. */
  async function deleteBlobs(keys: readonly string[]): Promise<void> {
    for (const key of keys) await blobs.delete(key);
  }

  /** Removes uploads that no post took within a day. Returns how many. */
  async function discardLoose(): Promise<number> {
    const looseBefore = new Date(now().getTime() - dayMs).toISOString();
    return database.transaction(async (tx) => {
      const rows = await listMedia(tx, { looseBefore, limit: 100 });
      await discard(tx, rows);
      return rows.length;
    });
  }

  return { discard, deleteBlobs, discardLoose };
}
