import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { MediaRow } from '../../db/schema.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { addMediaBytesWithin, addToAccountCount } from '../accounts/account-store.ts';
import { dayMs } from '../durations.ts';
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
import { avatarTurns } from './avatar-turns.ts';
import { downloadNameOf } from './file-name.ts';
import {
  blobKeysOf,
  checkAlt,
  type MediaView,
  mayFetch,
  type OpenFile,
  type VariantView,
  variantKey,
} from './media.ts';
import {
  deleteMedia,
  findMedia,
  findMediaByPublicKey,
  findShownMedia,
  finishMedia,
  insertMedia,
  listMedia,
  type MadeColumns,
  mediaViewOf,
} from './media-store.ts';
import { newMediaRow, photoColumns } from './new-media-row.ts';
import { variantStorage } from './variant-storage.ts';

export type MediaService = ReturnType<typeof mediaService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  blobs: BlobStore;
  images: Images;
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

/** A variant that may be sent to whoever asked. */
export type OpenVariant = VariantView &
  OpenFile & {
    /** False: only its owner may see it, so no cache may keep it. */
    isPublic: boolean;
    /** The name to download it under; null for one that is only shown. */
    downloadName: string | null;
  };

/** Takes uploads in, makes their variants, and hands them out to those who may see them. */
export function mediaService(needs: Needs) {
  const { database, newId, now, tokens, blobs, images, maxBytes, quotaBytes } = needs;
  const storeVariants = variantStorage({ blobs, images });
  const avatars = avatarTurns({ now, discard });

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

  /** Takes the viewer's profile picture away. Doing it twice changes nothing. */
  async function removeAvatar(viewer: Viewer): Promise<void> {
    await database.transaction((tx) => avatars.clear(tx, viewer.accountId));
  }

  /**
   * Finds a variant for whoever asks. A picture that no published post shows is its owner's alone; only then `whoAsks`
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

  /**
   * Makes the variants of an upload. Repeating it overwrites the same objects; `write` runs the last step, once.
   * A picture that cannot be decoded is marked as failed, for a repeat would fail again.
   */
  async function makeVariants(
    mediaId: number,
    write: (work: (tx: Tx) => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const row = await findMedia(database, mediaId);
    if (!row) return;
    const original = await blobs.read(row.original_key);
    const values = original ? await storeVariants(row, original) : null;
    if (!values) {
      const failure = { state: 'failed' as const, blurhash: null, variants: '[]' };
      await write((tx) => finish(tx, row, failure));
      return;
    }
    await write(async (tx) => {
      const isThere = await finish(tx, row, values);
      // Deleted while the worker was at it: the new objects go the way of the old.
      if (!isThere) await emit(tx, now(), 'media.deleted', { blobKeys: blobKeysOf(row) });
    });
  }

  async function finish(tx: Tx, row: MediaRow, values: MadeColumns): Promise<boolean> {
    if (!(await finishMedia(tx, row.id, values))) return false;
    if (row.purpose === 'avatar') await avatars.settle(tx, row, values.state === 'ready');
    return true;
  }

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

  /** What a repeat shows. @throws DomainError `gone` when it is deleted, also together with its post */
  async function readEarlier(viewer: Viewer, id: number): Promise<MediaRow> {
    const row = await findShownMedia(database, id);
    if (row && mayFetch(viewer, row)) return row;
    throw new DomainError('gone', 'This picture was uploaded before and is deleted.');
  }

  return {
    stage,
    keep,
    keepFile,
    removeAvatar,
    findVariant,
    makeVariants,
    discard,
    deleteBlobs,
    discardLoose,
  };
}

function repeatOf(
  tokens: Needs['tokens'],
  { accountId }: Viewer,
  { file, purpose, idempotencyKey: key }: Upload,
): IdempotentRequest | null {
  const operation = `media.keep.${purpose}`;
  return idempotentRequest(tokens, { accountId, key, operation, asked: file.sha256 });
}
