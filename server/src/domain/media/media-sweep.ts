import type { Database } from '../../db/database.ts';
import { DomainError } from '../errors.ts';
import { type BlobStore, type Now, type StoredBlob, variantSizes } from '../ports.ts';
import { blobKeysOf, variantKey } from './media.ts';
import { findMedia, listMediaByPrefix, type MediaKeysRow, variantsOf } from './media-store.ts';

type Needs = { database: Database; now: Now; blobs: BlobStore };

export type SweepOptions = {
  /** What is younger is left alone: its row may be about to be written. */
  minAgeMs: number;
  /** Looks only. */
  isDryRun: boolean;
  /** Deletes even where most objects have no row, as with a wrong or an older database. */
  isForced: boolean;
  onProgress: (done: number, total: number) => void;
};

export type SweepReport = {
  /** Objects that were looked at. */
  objects: number;
  /** Objects that no row names, and how many bytes they have. */
  orphans: number;
  orphanBytes: number;
  /** Uploads that were begun and never kept. */
  unkept: number;
  /** How many of both were deleted. */
  deleted: number;
  /** Rows whose objects are missing: pictures that cannot be shown or given back. */
  missing: MissingObject[];
};

export type MissingObject = { mediaId: number; key: string };

export type MediaSweep = (options: SweepOptions) => Promise<SweepReport>;

/** Keys are random, so their first two digits cut everything into pieces that fit into memory. */
const pieces = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** So many are deleted in one run at most; the next goes on. */
const maxDeleted = 100_000;
const deletedAtOnce = 16;
/** Up to this number, orphans need not be the smaller part. */
const fewOrphans = 100;

const ownKeys = new RegExp(
  `^(originals/[0-9a-f]{32}|variants/[0-9a-f]{32}/(${variantSizes.join('|')}))$`,
);

/**
 * Compares the stored objects with the rows of media: deletes objects that no row names, and reports rows whose objects
 * are missing. The former are left by a crash between the object and its row; the latter is damage from outside.
 */
export function mediaSweep({ database, now, blobs }: Needs): MediaSweep {
  const stores = { database, blobs };
  return async ({ minAgeMs, isDryRun, isForced, onProgress }) => {
    const before = new Date(now().getTime() - minAgeMs);
    const report = { objects: 0, orphans: 0, orphanBytes: 0, unkept: 0, deleted: 0 };
    const missing: MissingObject[] = [];
    const deletions: Array<() => Promise<void>> = [];

    for (const [done, piece] of pieces.entries()) {
      onProgress(done, pieces.length);
      for (const found of [
        await compareOriginals(stores, piece),
        await compareVariants(stores, piece),
      ]) {
        report.objects += found.objects;
        for (const { key, bytes, modifiedAt } of found.unnamed) {
          if (modifiedAt >= before) continue;
          report.orphans += 1;
          report.orphanBytes += bytes;
          deletions.push(() => blobs.delete(key));
        }
        for (const one of found.missing)
          if (await isMissing(stores, one, before)) missing.push(one);
      }
    }
    onProgress(pieces.length, pieces.length);
    for await (const { modifiedAt, discard } of blobs.listUnkept()) {
      if (modifiedAt >= before) continue;
      report.unkept += 1;
      deletions.push(discard);
    }
    if (!isDryRun) {
      if (!isForced) checkPlausible(report);
      report.deleted = await runAll(deletions.slice(0, maxDeleted));
    }
    return { ...report, missing };
  };
}

/** Where rows and objects are. */
type Stores = { database: Database; blobs: BlobStore };

type Comparison = { objects: number; unnamed: StoredBlob[]; missing: MissingObject[] };

type Claim = { row: MediaKeysRow; mayHave: string[]; mustHave: string[] };

async function compareOriginals({ database, blobs }: Stores, piece: string): Promise<Comparison> {
  const prefix = `originals/${piece}`;
  const objects = await listOwn(blobs, prefix);
  const rows = await listMediaByPrefix(database, 'original_key', prefix);
  return compare(
    objects,
    rows.map((row) => ({ row, mayHave: [row.original_key], mustHave: [row.original_key] })),
  );
}

async function compareVariants({ database, blobs }: Stores, piece: string): Promise<Comparison> {
  const objects = await listOwn(blobs, `variants/${piece}`);
  const rows = await listMediaByPrefix(database, 'public_key', piece);
  return compare(
    objects,
    rows.map((row) => ({
      row,
      mayHave: blobKeysOf(row),
      mustHave: variantsOf(row).map(({ size }) => variantKey(row.public_key, size)),
    })),
  );
}

function compare(objects: readonly StoredBlob[], claims: readonly Claim[]): Comparison {
  const stored = new Set(objects.map(({ key }) => key));
  const named = new Set(claims.flatMap(({ mayHave }) => mayHave));
  return {
    objects: objects.length,
    unnamed: objects.filter(({ key }) => !named.has(key)),
    missing: claims.flatMap(({ row, mustHave }) =>
      mustHave.filter((key) => !stored.has(key)).map((key) => ({ mediaId: row.id, key })),
    ),
  };
}

/** Objects of ours; whatever else may lie there is none of our business. */
async function listOwn(blobs: BlobStore, prefix: string): Promise<StoredBlob[]> {
  const objects: StoredBlob[] = [];
  for await (const object of blobs.list(prefix)) {
    if (ownKeys.test(object.key)) objects.push(object);
  }
  return objects;
}

/** Looks again: both may have come, or gone, since the objects were listed. */
async function isMissing(
  { database, blobs }: Stores,
  { mediaId, key }: MissingObject,
  before: Date,
): Promise<boolean> {
  const stream = await blobs.open(key);
  stream?.destroy();
  if (stream) return false;
  const row = await findMedia(database, mediaId);
  return row !== null && row.created_at < before.toISOString();
}

/** A database that knows hardly any object is more likely the wrong one than right. */
function checkPlausible({ objects, orphans }: { objects: number; orphans: number }): void {
  if (orphans <= fewOrphans || orphans * 2 <= objects) return;
  throw new DomainError(
    'conflict',
    `${orphans} of ${objects} objects have no row. Is this the database that belongs to them? Nothing was deleted; --force deletes them.`,
  );
}

async function runAll(deletions: ReadonlyArray<() => Promise<void>>): Promise<number> {
  for (let i = 0; i < deletions.length; i += deletedAtOnce) {
    await Promise.all(deletions.slice(i, i + deletedAtOnce).map((run) => run()));
  }
  return deletions.length;
}
