import { createHash } from 'node:crypto';
import type { Archive, BlobStore } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import type { OnProgress } from './dump.ts';
import { type Manifest, poolName } from './manifest.ts';
import { type ObjectEntry, readObjects } from './objects.ts';
import { checkedBytes } from './parts.ts';
import { runSome, withRetries } from './patience.ts';

export type RestoredObjects = {
  written: number;
  /** Were there already, with the same bytes. */
  present: number;
  /** Damaged in the backup or not in it, each as a sentence. */
  problems: string[];
};

const writtenAtOnce = 4;

/**
 * Writes the objects of a backup to a store. What is there with the same bytes stays; nothing is deleted, so a restore that
 * is broken off, or taken back, loses no picture.
 */
export async function restoreObjects(
  { archive, blobs, onProgress }: { archive: Archive; blobs: BlobStore; onProgress: OnProgress },
  { objects }: Manifest,
): Promise<RestoredObjects> {
  const report: RestoredObjects = { written: 0, present: 0, problems: [] };
  let done = 0;
  await runSome(readObjects(archive, objects.list), writtenAtOnce, async (entry) => {
    if (entry.sha256 !== null) await restoreOne(archive, blobs, entry, report);
    done += 1;
    onProgress('pictures', done, objects.count);
  });
  return report;
}

async function restoreOne(
  archive: Archive,
  blobs: BlobStore,
  { key, sha256, bytes }: ObjectEntry,
  report: RestoredObjects,
): Promise<void> {
  const digest = sha256 ?? '';
  try {
    const isWritten = await withRetries(() =>
      writeBlob(blobs, key, digest, () =>
        checkedBytes(archive, { name: poolName(digest), bytes, sha256: digest }),
      ),
    );
    if (isWritten) report.written += 1;
    else report.present += 1;
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    report.problems.push(`${key}: ${error.message}`);
  }
}

/** Writes a blob unless it is there with the bytes of this digest. True when it was written. */
async function writeBlob(
  blobs: BlobStore,
  key: string,
  sha256: string,
  content: () => AsyncIterable<Uint8Array>,
): Promise<boolean> {
  if ((await digestOf(blobs, key)) === sha256) return false;
  const file = await blobs.stage(content(), Number.POSITIVE_INFINITY);
  try {
    await file.keep(key);
    return true;
  } finally {
    await file.discard();
  }
}

/** Of the bytes that a store has; null when it has none. */
export async function digestOf(blobs: BlobStore, key: string): Promise<string | null> {
  const stream = await blobs.open(key);
  if (!stream) return null;
  const hash = createHash('sha256');
  for await (const chunk of stream as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}
