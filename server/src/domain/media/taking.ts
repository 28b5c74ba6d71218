import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { MediaRow } from '../../db/schema.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { addMediaBytesWithin } from '../accounts/account-store.ts';
import { DomainError, invalid } from '../errors.ts';
import { emit } from '../events.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
} from '../idempotency-store.ts';
import type { BlobStore, Images, Now, StagedBlob, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import type { AvatarTurns } from './avatar-turns.ts';
import { blobKeysOf, checkAlt, type MediaView, mayFetch } from './media.ts';
import { findShownMedia, insertMedia, mediaViewOf } from './media-store.ts';
import { newMediaRow, photoColumns } from './new-media-row.ts';
import type { StoreVariants } from './variant-storage.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  blobs: BlobStore;
  images: Pick<Images, 'inspect'>;
  storeVariants: StoreVariants;
  avatars: AvatarTurns;
  deleteBlobs: (keys: readonly string[]) => Promise<void>;
  /** Limit of one upload, and of all originals of one account. */
  maxBytes: number;
  quotaBytes: number;
};

export type Upload = {
  file: StagedBlob;
  alt: string;
  /** As the client named it; the original is downloaded under it. */
  fileName?: string | undefined;
  purpose: 'post' | 'given-back' | 'avatar';
  /** Whether the place in the photo's EXIF is kept and shown with it; otherwise it is dropped. */
  keepsLocation?: boolean;
  idempotencyKey: string | null;
  /**
   * For clients that fetch the picture as soon as its upload is answered: its variants are made before that, in its own
   * format where that can be. Default: a worker makes them.
   */
  shownAtOnce?: 'in-web-formats' | 'in-its-format';
  /** The content type of bytes that are no picture and are kept as they are; default: they are refused. */
  documentType?: string | null;
  /** What is kept together with it, or not at all. */
  within?: (tx: Tx, mediaId: number) => Promise<void>;
};

/** Takes uploads: checks what they are, stores the original, and writes the row. */
export function mediaTaking(needs: Needs) {
  const { database, newId, now, tokens, blobs, images, maxBytes, quotaBytes } = needs;
  const { storeVariants, avatars, deleteBlobs } = needs;

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

  /**
   * Keeps bytes as they are, whatever they are; nothing is made of them, and no feed shows them. Returns their number.
   * @throws DomainError `too_large` (quota)
   */
  async function keepFile(viewer: Viewer, file: StagedBlob): Promise<number> {
    const upload = { file, alt: '', purpose: 'file' as const };
    const row = {
      ...newMediaRow(await newId('media'), viewer, upload, now()),
      state: 'ready' as const,
      content_type: 'application/octet-stream',
      width: 0,
      height: 0,
      is_animated: 0 as const,
    };
    try {
      await file.keep(row.original_key);
      return await writeOrDrop(row, null, undefined);
    } finally {
      await file.discard();
    }
  }

  async function keepStaged(viewer: Viewer, upload: Upload): Promise<MediaRow> {
    checkAlt(upload.alt);
    if (upload.file.bytes === 0) throw invalid('file', 'is empty');
    const repeat = repeatOf(tokens, viewer, upload);
    const earlier = await findIdempotentResult(database, repeat);
    if (earlier !== null) return readEarlier(viewer, earlier);
    const facts = await factsOf(viewer, upload);
    const row: MediaRow = {
      ...newMediaRow(await newId('media'), viewer, upload, now()),
      ...facts,
    };
    const isWhole = !upload.shownAtOnce || row.purpose === 'document';
    const whole = isWhole ? row : await makeAtOnce(row, upload);
    // The object before the row: a crash in between leaves an object that nobody names, never a row without its bytes.
    await upload.file.keep(row.original_key);
    const winner = await writeOrDrop(whole, repeat, upload.within);
    if (winner === row.id) return whole;
    await deleteBlobs(blobKeysOf(row));
    return readEarlier(viewer, winner);
  }

  /** What the bytes are. @throws DomainError as `Images.inspect` */
  async function factsOf(
    { accountId }: Viewer,
    { file, documentType = null, purpose, keepsLocation }: Upload,
  ) {
    try {
      const known = await images.inspect(file.path, accountId);
      const { contentType, width, height, isAnimated, photo } = known;
      const told = purpose === 'avatar' ? {} : photoColumns(photo, { keepsLocation });
      const is_animated = isAnimated ? (1 as const) : (0 as const);
      return { content_type: contentType, width, height, is_animated, ...told };
    } catch (error) {
      const isNoPicture =
        error instanceof DomainError && (error.code === 'unsupported' || error.code === 'invalid');
      if (documentType === null || !isNoPicture) throw error;
      const document = { purpose: 'document', state: 'ready', content_type: documentType } as const;
      return { ...document, width: 0, height: 0, is_animated: 0 as const };
    }
  }

  /**
   * The row with its variants, which are stored already. They are made of the file, which many may wait for, not of its bytes.
   * @throws DomainError `invalid` (broken picture) · `rate_limited` · `unavailable`
   */
  async function makeAtOnce(row: MediaRow, { file, shownAtOnce }: Upload): Promise<MediaRow> {
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
    if (row.purpose === 'avatar') await avatars.line(tx, row);
    if (row.state === 'processing') await emit(tx, now(), 'media.uploaded', { mediaId: row.id });
    return row.id;
  }

  /** What a repeat shows. @throws DomainError `gone` when it is deleted, also together with its post */
  async function readEarlier(viewer: Viewer, id: number): Promise<MediaRow> {
    const row = await findShownMedia(database, id);
    if (row && mayFetch(viewer, row)) return row;
    throw new DomainError('gone', 'This picture was uploaded before and is deleted.');
  }

  return { stage, keep, keepFile };
}

function repeatOf(
  tokens: Needs['tokens'],
  { accountId }: Viewer,
  { file, purpose, idempotencyKey: key }: Upload,
): IdempotentRequest | null {
  const operation = `media.keep.${purpose}`;
  return idempotentRequest(tokens, { accountId, key, operation, asked: file.sha256 });
}
