import { readClosing, type Snapshot, withSnapshot } from '../db/snapshot.ts';
import { copiedTables } from '../db/tables/shape.ts';
import type { Archive, BlobStore, Now } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import { dumpTables, type OnProgress } from './dump.ts';
import type { KeepRule } from './keep.ts';
import { withLease } from './lease.ts';
import {
  fileOf,
  type Manifest,
  newBackupId,
  oneChunk,
  readManifest,
  type SavedTable,
  writeManifest,
} from './manifest.ts';
import { type CopyCounts, copyObjects, type ObjectEntry } from './objects.ts';
import { type Part, writePart } from './parts.ts';
import { type KeyMaterial, sealKeys } from './sealed-keys.ts';
import { listBackupIds, prune, removeRemains } from './shelf.ts';

export type BackupNeeds = {
  databaseUrl: string;
  blobs: BlobStore;
  archive: Archive;
  /** Null: without keys. */
  keys: { material: KeyMaterial; passphrase: string } | null;
  /** Null: no backup is deleted. */
  keep: KeepRule | null;
  /** Version of the program. */
  program: string;
  /** Migrations that the program knows: another schema would not fit its catalogue. */
  steps: readonly string[];
  now: Now;
  onProgress: OnProgress;
  /** Whether progress needs totals. Not within a server: to count a large table holds SQLite up. */
  isCounting: boolean;
};

export type BackupReport = {
  manifest: Manifest;
  /** Ids of the backups that were deleted. */
  pruned: string[];
  /** What somebody had better look at, although the backup is whole. */
  warnings: string[];
};

/**
 * Makes a backup while servers go on. First a snapshot of all tables, then the objects that its rows name: a server writes
 * objects before rows, so every write that was acknowledged before is there with its pictures.
 * @throws BackupError when it cannot be made; what was written so far is not a backup, and the next one removes it
 */
export function createBackup(needs: BackupNeeds): Promise<BackupReport> {
  const { archive, keep } = needs;
  return withLease(archive, async () => {
    await removeRemains(archive);
    const manifest = await makeOne(needs);
    const { pruned, warnings } = keep ? await prune(archive, keep) : { pruned: [], warnings: [] };
    const { missing } = manifest.objects;
    if (missing > 0) warnings.push(`${missing} files that rows name are not in the store.`);
    return { manifest, pruned, warnings };
  });
}

async function makeOne(needs: BackupNeeds): Promise<Manifest> {
  const { archive, databaseUrl, now, onProgress, program } = needs;
  const closing = await readClosing(databaseUrl);
  if (closing?.state === 'filling') throw new BackupError(closing.advice);
  const takenAt = now();
  const id = newBackupId(takenAt);
  const before = await lastObjects(archive);
  const { engine, steps, tables } = await withSnapshot(databaseUrl, async (snapshot) => {
    checkSteps(snapshot, needs.steps);
    const saved = await dumpTables(snapshot, copiedTables, {
      archive,
      id,
      onProgress,
      isCounting: needs.isCounting,
    });
    return { engine: snapshot.engine, steps: [...snapshot.steps], tables: saved };
  });
  const objects = await saveObjects(needs, { id, tables, before });
  const keys = await saveKeys(needs, id);
  return writeManifest(archive, {
    id,
    takenAt: takenAt.toISOString(),
    finishedAt: now().toISOString(),
    program,
    engine,
    steps,
    tables,
    objects,
    keys,
  });
}

function checkSteps(snapshot: Snapshot, known: readonly string[]): void {
  const lacking = known.filter((name) => !snapshot.steps.includes(name));
  const unknown = snapshot.steps.filter((name) => !known.includes(name));
  if (lacking.length === 0 && unknown.length === 0) return;
  throw new BackupError(
    lacking.length > 0
      ? `The database lacks ${lacking.join(', ')}. Make the backup with the version that it belongs to, or run: ./rookery migrate up`
      : `The database has ${unknown.join(', ')}, which this version does not know. Make the backup with a newer version.`,
  );
}

/** The list of the latest backup whose manifest can be read. */
async function lastObjects(archive: Archive): Promise<Part | null> {
  for (const id of (await listBackupIds(archive)).toReversed()) {
    try {
      return (await readManifest(archive, id)).objects.list;
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
    }
  }
  return null;
}

async function saveObjects(
  { archive, blobs, databaseUrl, onProgress }: BackupNeeds,
  { id, tables, before }: { id: string; tables: SavedTable[]; before: Part | null },
): Promise<Manifest['objects']> {
  const media = tables.find(({ name }) => name === 'media');
  if (!media) throw new Error('The catalogue has no table of media.');
  const counts: CopyCounts = { count: 0, bytes: 0, copied: 0, copiedBytes: 0 };
  const absent: ObjectEntry[] = [];
  const copying = copyObjects({
    archive,
    blobs,
    media,
    before,
    counts,
    onMissing: (entry) => void absent.push(entry),
    onProgress: (done, total) => onProgress('pictures', done, total),
  });
  const list = await writePart(archive, fileOf(id, 'objects.ndjson.gz'), copying);
  const missing = await countStillNamed(databaseUrl, absent);
  return { list, ...counts, deletedMeanwhile: absent.length - missing, missing };
}

/** Objects that are absent although their rows still are there. The others were deleted while the backup ran. */
async function countStillNamed(databaseUrl: string, absent: ObjectEntry[]): Promise<number> {
  if (absent.length === 0) return 0;
  return withSnapshot(databaseUrl, async (snapshot) => {
    let count = 0;
    for (let i = 0; i < absent.length; i += 500) {
      const some = absent.slice(i, i + 500);
      const present = await snapshot.presentMedia(some.map(({ mediaId }) => mediaId));
      count += some.filter(({ mediaId }) => present.has(mediaId)).length;
    }
    return count;
  });
}

async function saveKeys({ archive, keys }: BackupNeeds, id: string): Promise<Part | null> {
  if (!keys) return null;
  const text = await sealKeys(keys.material, { passphrase: keys.passphrase, id });
  const file = await archive.stage(oneChunk(text));
  const name = fileOf(id, 'keys.json');
  await file.keep(name);
  return { name, bytes: file.bytes, sha256: file.sha256 };
}
