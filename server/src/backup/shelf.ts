import type { Archive } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import { type KeepRule, keptBackups } from './keep.ts';
import { fileOf, isBackupId, type Manifest, oneChunk, readManifest } from './manifest.ts';
import { readObjects } from './objects.ts';

/** Name of the note that a backup was verified. */
const verifiedName = 'verified.json';

/** Ids of all backups that are whole, oldest first. */
export async function listBackupIds(archive: Archive): Promise<string[]> {
  return (await readShelf(archive)).complete;
}

/** The manifests of all backups that are whole, oldest first. One that is damaged is told, and left out. */
export async function listBackups(
  archive: Archive,
  onDamaged: (problem: string) => void,
): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const id of await listBackupIds(archive)) {
    try {
      manifests.push(await readManifest(archive, id));
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      onDamaged(error.message);
    }
  }
  return manifests;
}

/** Notes beside a backup that it was brought back without a problem. */
export async function noteVerified(archive: Archive, id: string): Promise<void> {
  const file = await archive.stage(oneChunk('{}'));
  await file.keep(fileOf(id, verifiedName));
}

/** When the newest backup was taken, and the newest that was verified; null: there is none. A damaged one is passed over. */
export async function newestBackups(
  archive: Archive,
): Promise<{ made: string | null; verified: string | null }> {
  const { files, complete } = await readShelf(archive);
  const isVerified = (id: string) => files.get(id)?.includes(fileOf(id, verifiedName)) === true;
  return {
    made: await newestTime(archive, complete),
    verified: await newestTime(archive, complete.filter(isVerified)),
  };
}

/** @param ids oldest first */
async function newestTime(archive: Archive, ids: readonly string[]): Promise<string | null> {
  for (const id of ids.toReversed()) {
    try {
      return (await readManifest(archive, id)).takenAt;
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
    }
  }
  return null;
}

/** The id of a backup that a person named, or of the latest. @throws BackupError when there is none */
export async function findBackup(archive: Archive, named: string | undefined): Promise<string> {
  const ids = await listBackupIds(archive);
  if (named === undefined || named === 'latest') {
    const latest = ids.at(-1);
    if (latest !== undefined) return latest;
    throw new BackupError(`${archive.place} has no backup.`);
  }
  const fitting = ids.filter((id) => id.startsWith(named));
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0];
  throw new BackupError(
    `${archive.place} has ${fitting.length === 0 ? 'no' : 'more than one'} backup ${named}.`,
  );
}

/** Removes what killed backups left. Only while nobody else writes to the archive. */
export async function removeRemains(archive: Archive): Promise<void> {
  await archive.discardUnkept();
  const { files, complete } = await readShelf(archive);
  for (const [id, names] of files) {
    if (complete.includes(id)) continue;
    for (const name of names) await archive.delete(name);
  }
}

/**
 * Deletes the backups that a rule does not keep, and the objects that only they had. While a backup is damaged, no object is
 * deleted: nobody can tell whether it needs one.
 */
export async function prune(
  archive: Archive,
  rule: KeepRule,
): Promise<{ pruned: string[]; warnings: string[] }> {
  const warnings: string[] = [];
  const manifests = await listBackups(archive, (problem) => void warnings.push(problem));
  const kept = keptBackups(manifests, rule);
  const gone = manifests.filter(({ id }) => !kept.has(id));
  for (const { id, tables, objects, keys } of gone) {
    // The manifest first: from then on the rest is remains.
    await archive.delete(fileOf(id, 'manifest.json'));
    for (const { file } of tables) await archive.delete(file.name);
    for (const part of [objects.list, keys]) if (part) await archive.delete(part.name);
    await archive.delete(fileOf(id, verifiedName));
  }
  if (warnings.length === 0) {
    const needed = manifests.filter(({ id }) => kept.has(id));
    try {
      await deleteUnnamedObjects(archive, needed);
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      warnings.push(error.message);
    }
  }
  return { pruned: gone.map(({ id }) => id), warnings };
}

/** Above this, digests are looked at in pieces that fit into memory. */
const manyObjects = 500_000;
const pieces = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

async function deleteUnnamedObjects(archive: Archive, kept: readonly Manifest[]): Promise<void> {
  const isLarge = kept.some(({ objects }) => objects.count > manyObjects);
  for (const piece of isLarge ? pieces : ['']) {
    const named = new Set<string>();
    for (const { objects } of kept) {
      for await (const { sha256 } of readObjects(archive, objects.list)) {
        if (sha256?.startsWith(piece)) named.add(sha256);
      }
    }
    for await (const name of archive.list(piece === '' ? 'objects/' : `objects/${piece}/`)) {
      if (!named.has(name.split('/').at(-1) ?? '')) await archive.delete(name);
    }
  }
}

async function readShelf(
  archive: Archive,
): Promise<{ files: Map<string, string[]>; complete: string[] }> {
  const files = new Map<string, string[]>();
  for await (const name of archive.list('backups/')) {
    const id = name.split('/')[1] ?? '';
    if (isBackupId(id)) files.set(id, [...(files.get(id) ?? []), name]);
  }
  const complete = [...files]
    .filter(([id, names]) => names.includes(fileOf(id, 'manifest.json')))
    .map(([id]) => id);
  return { files, complete: complete.sort() };
}
