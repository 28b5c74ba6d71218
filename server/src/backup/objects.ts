import type { Readable } from 'node:stream';
import type { TableRow } from '../db/tables/shape.ts';
import { variantKey } from '../domain/media/media.ts';
import type { Archive, BlobStore, VariantSize } from '../domain/ports.ts';
import { poolName, type SavedTable } from './manifest.ts';
import { type Part, readLines } from './parts.ts';
import { withRetries } from './patience.ts';
import { rowOf } from './row-lines.ts';

/**
 * An object in the list of a backup. Without a digest it could not be copied: the row had named it, and the store did not
 * have it.
 */
export type ObjectEntry = { mediaId: number; key: string; sha256: string | null; bytes: number };

const copiedAtOnce = 8;

/** Every object that a row of media says there is. */
export function keysOfMedia(row: TableRow): string[] {
  const { original_key: original, public_key: publicKey, variants } = row;
  const sizes = JSON.parse(String(variants)) as Array<{ size: VariantSize }>;
  return [String(original), ...sizes.map(({ size }) => variantKey(String(publicKey), size))];
}

function lineOfObject({ mediaId, key, sha256, bytes }: ObjectEntry): string {
  return `${JSON.stringify([mediaId, key, sha256, bytes])}\n`;
}

/** The list of objects of a backup, by media. */
export async function* readObjects(archive: Archive, list: Part): AsyncGenerator<ObjectEntry> {
  for await (const line of readLines(archive, list)) {
    const [mediaId, key, sha256, bytes] = JSON.parse(line);
    yield { mediaId, key, sha256, bytes };
  }
}

export type CopyCounts = { count: number; bytes: number; copied: number; copiedBytes: number };

type Needs = {
  archive: Archive;
  blobs: BlobStore;
  /** Of the table `media`, as this backup has it. */
  media: SavedTable;
  /** The list of the backup before, whose objects need not be read again: a key never gets other bytes. */
  before: Part | null;
  counts: CopyCounts;
  onMissing: (entry: ObjectEntry) => void;
  onProgress: (done: number, total: number) => void;
};

/** Copies the objects that a backup's rows name, and yields the lines of its list. What the archive has is not copied again. */
export async function* copyObjects(needs: Needs): AsyncGenerator<string> {
  const { archive, media, before, counts, onMissing, onProgress } = needs;
  const known = before ? inMediaOrder(readObjects(archive, before)) : null;
  let done = 0;
  try {
    for await (const batch of batchesOf(readLines(archive, media.file), copiedAtOnce)) {
      const jobs: Array<Promise<ObjectEntry>> = [];
      for (const line of batch) {
        const row = rowOf(media, line);
        const mediaId = Number(row.id);
        const earlier = (await known?.entriesOf(mediaId)) ?? new Map<string, ObjectEntry>();
        for (const key of keysOfMedia(row)) {
          jobs.push(withRetries(() => copyOne(needs, { mediaId, key }, earlier.get(key))));
        }
      }
      for (const entry of await Promise.all(jobs)) {
        counts.count += 1;
        counts.bytes += entry.bytes;
        if (entry.sha256 === null) onMissing(entry);
        yield lineOfObject(entry);
      }
      done += batch.length;
      onProgress(done, media.rows);
    }
  } finally {
    await known?.end();
  }
}

async function copyOne(
  { archive, blobs, counts }: Pick<Needs, 'archive' | 'blobs' | 'counts'>,
  { mediaId, key }: { mediaId: number; key: string },
  earlier: ObjectEntry | undefined,
): Promise<ObjectEntry> {
  if (earlier?.sha256 && (await archive.size(poolName(earlier.sha256))) === earlier.bytes) {
    return { ...earlier, mediaId };
  }
  const source: Readable | null = await blobs.open(key);
  if (!source) return { mediaId, key, sha256: null, bytes: 0 };
  const file = await archive.stage(source as AsyncIterable<Uint8Array>);
  const { sha256, bytes } = file;
  if ((await archive.size(poolName(sha256))) === bytes) await file.discard();
  else {
    await file.keep(poolName(sha256));
    counts.copied += 1;
    counts.copiedBytes += bytes;
  }
  return { mediaId, key, sha256, bytes };
}

/** Walks through a list in step with another one: both are in the order of media. */
function inMediaOrder(entries: AsyncGenerator<ObjectEntry>) {
  let next: IteratorResult<ObjectEntry> | undefined;
  return {
    async entriesOf(mediaId: number): Promise<Map<string, ObjectEntry>> {
      const found = new Map<string, ObjectEntry>();
      for (;;) {
        // A damaged list ends here; what it does not say is copied again.
        next ??= await entries.next().catch(() => ({ done: true as const, value: undefined }));
        if (next.done || next.value.mediaId > mediaId) return found;
        if (next.value.mediaId === mediaId) found.set(next.value.key, next.value);
        next = undefined;
      }
    },
    async end(): Promise<void> {
      await entries.return(undefined);
    },
  };
}

async function* batchesOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
