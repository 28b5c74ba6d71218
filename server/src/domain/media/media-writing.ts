import type { Database, Tx } from '../../db/database.ts';
import { noteFact } from '../../db/facts.ts';
import type { MediaRow } from '../../db/schema.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { addMediaBytesWithin } from '../accounts/account-store.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { claimIdempotencyKey, type IdempotentRequest } from '../idempotency-store.ts';
import type { Now } from '../ports.ts';
import type { AvatarTurns } from './avatar-turns.ts';
import { blobKeysOf } from './media.ts';
import { insertMedia } from './media-store.ts';
import type { Upload } from './upload.ts';

type Needs = {
  database: Database;
  now: Now;
  avatars: AvatarTurns;
  deleteBlobs: (keys: readonly string[]) => Promise<void>;
  /** Limit of all originals of one account. */
  quotaBytes: number;
};

/** Gives the number of the row, or of the one that an earlier request with the same key has written. */
export type WriteMedia = ReturnType<typeof mediaWriting>;

/** Writes the rows of uploads whose objects are stored; where a row is refused, its objects are deleted. */
export function mediaWriting({ database, now, avatars, deleteBlobs, quotaBytes }: Needs) {
  async function writeOrDrop(
    row: MediaRow,
    repeat: IdempotentRequest | null,
    within: Upload['within'],
  ): Promise<number> {
    try {
      return await database.transaction(async (tx) => {
        const winner = await writeRow(tx, row, repeat);
        if (winner === row.id) await within?.(tx, row.id);
        return winner;
      });
    } catch (error) {
      // A refusal of ours was rolled back for certain; after any other error the row may be there.
      if (error instanceof DomainError) await deleteBlobs(blobKeysOf(row));
      throw error;
    }
  }

  async function writeRow(
    tx: Tx,
    row: MediaRow,
    repeat: IdempotentRequest | null,
  ): Promise<number> {
    await checkLives(tx, row.account_id);
    const other = await claimIdempotencyKey(tx, repeat, row.id, now());
    if (other !== null) return other;
    if (!(await addMediaBytesWithin(tx, row.account_id, row.bytes, quotaBytes))) {
      throw new DomainError(
        'too_large',
        'There is no room left for this picture in your account.',
        {
          fields: [{ field: 'file', message: 'exceeds what the account may keep' }],
        },
      );
    }
    await insertMedia(tx, row);
    noteFact(tx, 'upload', row.purpose);
    if (row.purpose === 'avatar') await avatars.line(tx, row);
    if (row.state === 'processing') await emit(tx, now(), 'media.uploaded', { mediaId: row.id });
    return row.id;
  }

  return writeOrDrop;
}
