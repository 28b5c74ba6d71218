import type { Snapshot } from '../db/snapshot.ts';
import { copiedTables } from '../db/tables/shape.ts';
import type { BlobStore } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import { type OnProgress, pagesOf } from './dump.ts';
import { keysOfMedia } from './objects.ts';
import { runSome, withRetries } from './patience.ts';
import { digestOf } from './restore-objects.ts';

export type MovedObjects = { written: number; present: number; missing: string[] };

const copiedAtOnce = 4;

type Stores = { from: BlobStore; to: BlobStore | null; onProgress: OnProgress };

/** Copies the objects that rows name from store to store, and compares the bytes. Those that are there already stay. */
export async function copyBlobs(
  snapshot: Snapshot,
  { from, to, onProgress }: Stores,
): Promise<MovedObjects> {
  const report: MovedObjects = { written: 0, present: 0, missing: [] };
  const media = copiedTables.find(({ name }) => name === 'media');
  if (!to || !media) return report;
  const total = await snapshot.countRows(media);
  let done = 0;
  async function* rows(table: NonNullable<typeof media>) {
    for await (const page of pagesOf(snapshot, table)) yield* page;
  }
  await runSome(rows(media), copiedAtOnce, async (row) => {
    for (const key of keysOfMedia(row)) {
      const outcome = await withRetries(() => copyBlob(from, to, key));
      if (outcome === 'missing') report.missing.push(key);
      else report[outcome] += 1;
    }
    done += 1;
    onProgress('pictures', done, total);
  });
  return report;
}

async function copyBlob(
  from: BlobStore,
  to: BlobStore,
  key: string,
): Promise<'written' | 'present' | 'missing'> {
  const source = await from.open(key);
  if (!source) return 'missing';
  const file = await to.stage(source as AsyncIterable<Uint8Array>, Number.POSITIVE_INFINITY);
  try {
    const sha256 = await file.sha256();
    if ((await digestOf(to, key)) === sha256) return 'present';
    await file.keep(key);
    if ((await digestOf(to, key)) === sha256) return 'written';
    throw new BackupError(`${key} has other bytes in the new store than in the old one.`);
  } finally {
    await file.discard();
  }
}
