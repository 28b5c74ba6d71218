import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { MediaRow } from '../../db/schema.ts';
import { DomainError, invalid } from '../errors.ts';
import {
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
} from '../idempotency-store.ts';
import type { BlobStore, Images, Now, StagedBlob, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { blobKeysOf, checkAlt, type MediaView, mayFetch } from './media.ts';
import { findShownMedia, mediaViewOf } from './media-store.ts';
import type { WriteMedia } from './media-writing.ts';
import { newMediaRow } from './new-media-row.ts';
import type { Upload } from './upload.ts';
import { factsOfUpload } from './upload-facts.ts';
import type { StoreVariants } from './variant-storage.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  blobs: BlobStore;
  images: Pick<Images, 'inspect'>;
  storeVariants: StoreVariants;
  deleteBlobs: (keys: readonly string[]) => Promise<void>;
  writeMedia: WriteMedia;
  /** Limit of one upload. */
  maxBytes: number;
};

/** Takes uploads: checks what they are, stores the original, and writes the row. */
export function mediaTaking(needs: Needs) {
  const { database, newId, now, tokens, blobs, images, maxBytes } = needs;
  const { storeVariants, deleteBlobs, writeMedia } = needs;

  /** Takes in the bytes of an upload; `keep` or `discard` follows. @throws DomainError `too_large` */
  function stage(content: AsyncIterable<Uint8Array>): Promise<StagedBlob> {
    return blobs.stage(content, maxBytes);
  }

  /**
   * Keeps an upload as a picture of the viewer's; its variants follow later.
   * @throws DomainError `unsupported` · `too_large` (pixels, quota) · `invalid` (broken picture, alt) · `rate_limited` (too
   *   many of theirs wait) · `unavailable`
   */
  async function keep(viewer: Viewer, upload: Upload): Promise<MediaView> {
    try {
      return mediaViewOf(await keepStaged(viewer, upload));
    } finally {
      await upload.file.discard();
    }
  }

  async function keepStaged(viewer: Viewer, upload: Upload): Promise<MediaRow> {
    checkAlt(upload.alt);
    if (upload.file.bytes === 0) throw invalid('file', 'is empty');
    const repeat = await repeatOf(tokens, viewer, upload);
    const earlier = await findIdempotentResult(database, repeat);
    if (earlier !== null) return readEarlier(viewer, earlier);
    const facts = await factsOfUpload(images, viewer, upload);
    const row: MediaRow = {
      ...newMediaRow(await newId('media'), viewer, upload, now()),
      ...facts,
    };
    const isWhole = !upload.shownAtOnce || row.purpose === 'document';
    const whole = isWhole ? row : await makeAtOnce({ storeVariants, deleteBlobs }, row, upload);
    // The object before the row: a crash in between leaves an object that nobody names, never a row without its bytes.
    await upload.file.keep(row.original_key);
    const winner = await writeMedia(whole, repeat, upload.within);
    if (winner === row.id) return whole;
    await deleteBlobs(blobKeysOf(row));
    return readEarlier(viewer, winner);
  }

  /** What a repeat shows. @throws DomainError `gone` when it is deleted, also together with its post */
  async function readEarlier(viewer: Viewer, id: number): Promise<MediaRow> {
    const row = await findShownMedia(database, id);
    if (row && mayFetch(viewer, row)) return row;
    throw new DomainError('gone', 'This picture was uploaded earlier and has been deleted.');
  }

  return { stage, keep };
}

/**
 * The row with its variants, which are stored already. They are made of the file, which many may wait for, not of its bytes.
 * @throws DomainError `invalid` (broken picture) · `rate_limited` · `unavailable`
 */
async function makeAtOnce(
  { storeVariants, deleteBlobs }: Pick<Needs, 'storeVariants' | 'deleteBlobs'>,
  row: MediaRow,
  { file, shownAtOnce }: Upload,
): Promise<MediaRow> {
  try {
    const keepsFormat = shownAtOnce === 'in-its-format';
    const made = await storeVariants(row, file.path, { keepsFormat });
    if (!made) throw invalid('file', 'is a broken or incomplete picture');
    return { ...row, ...made };
  } catch (error) {
    await deleteBlobs(blobKeysOf(row));
    throw error;
  }
}

async function repeatOf(
  tokens: Needs['tokens'],
  { accountId }: Viewer,
  { file, purpose, idempotencyKey: key }: Upload,
): Promise<IdempotentRequest | null> {
  if (key === null) return null;
  const operation = `media.keep.${purpose}`;
  return idempotentRequest(tokens, { accountId, key, operation, asked: await file.sha256() });
}
