import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { closeDatabase, findClosing, reopenDatabase } from '../db/closed.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { dropTables } from '../db/reset.ts';
import { settleFile, skipSyncs } from '../db/settle.ts';
import { sqliteFileOf } from '../db/sqlite-file.ts';
import { isUnused, listOwnTables } from '../db/table-load.ts';
import type { Archive, BlobStore, Now } from '../domain/ports.ts';
import { checkAlone, withSeat } from './alone.ts';
import { BackupError } from './backup-error.ts';
import type { OnProgress } from './dump.ts';
import { findAside, type Replacement, switchFiles } from './file-switch.ts';
import { fillDatabase } from './fill.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { readWhole } from './parts.ts';
import { type RestoredObjects, restoreObjects } from './restore-objects.ts';
import { type KeyMaterial, openKeys } from './sealed-keys.ts';
import { verifyBackup } from './verify.ts';

export type RestoreNeeds = {
  archive: Archive;
  id: string;
  databaseUrl: string;
  blobs: BlobStore;
  /** Null: the keys are not brought back. */
  passphrase: string | null;
  hasKeys: boolean;
  /** Where the key of the embedded mode is kept; null when the settings have it. */
  keyFile: string | null;
  /** Migrations that the program knows. */
  steps: readonly string[];
  /** Restores although pictures of the backup are damaged. */
  isPartial: boolean;
  /** Restores although other programs seem to use the database. */
  isForced: boolean;
  /** For a server database that has rows: makes a backup of it and returns its id; null: refuses. */
  backUpFirst: (() => Promise<string>) | null;
  now: Now;
  onProgress: OnProgress;
};

export type RestoreReport = {
  manifest: Manifest;
  objects: RestoredObjects;
  /** Null: left out. */
  keys: KeyMaterial | null;
  /** What is left of the state before: a folder, or the id of a backup; null when there was none. */
  former: { folder: string } | { id: string } | null;
};

/**
 * Brings a backup back: into the file of an embedded database, or into a server database. The state before stays until the
 * new one is verified, and can be brought back afterwards.
 * @throws BackupError that says what is wrong
 */
export async function restoreBackup(needs: RestoreNeeds): Promise<RestoreReport> {
  const { archive, id, databaseUrl } = needs;
  const manifest = await readManifest(archive, id);
  const keys = await readKeys(needs, manifest);
  return databaseUrl.startsWith('sqlite:')
    ? restoreFile(needs, manifest, keys)
    : restoreServer(needs, manifest, keys);
}

async function readKeys(
  { archive, passphrase, hasKeys }: RestoreNeeds,
  { id, keys }: Manifest,
): Promise<KeyMaterial | null> {
  if (!keys || !hasKeys) return null;
  if (passphrase !== null) return openKeys(await readWhole(archive, keys), { passphrase, id });
  throw new BackupError(
    `The keys of ${id} are encrypted. Set BACKUP_PASSPHRASE or --passphrase-file, or go on without them: --without-keys.`,
  );
}

async function restorePictures(needs: RestoreNeeds, manifest: Manifest): Promise<RestoredObjects> {
  const objects = await restoreObjects(needs, manifest);
  const [first] = objects.problems;
  if (first === undefined || needs.isPartial) return objects;
  throw new BackupError(
    `${objects.problems.length} pictures of the backup are damaged, the first is ${first} The database was not changed. --partial goes on without them.`,
  );
}

async function restoreFile(
  needs: RestoreNeeds,
  manifest: Manifest,
  keys: KeyMaterial | null,
): Promise<RestoreReport> {
  const { databaseUrl, now } = needs;
  const target = sqliteFileOf(databaseUrl);
  if (target === ':memory:') throw new BackupError('A database in memory cannot be restored.');
  return withSeat(target, () =>
    inNewFolder(target, async (folder) => {
      const file = join(folder, basename(target));
      await fillFile(needs, manifest, file);
      const objects = await restorePictures(needs, manifest);
      const others = await writeKeyFile(needs, keys, folder);
      if (existsSync(target)) await settleFile(target);
      const aside = await switchFiles({ from: file, to: target }, others, now());
      return { manifest, objects, keys, former: aside === null ? null : { folder: aside } };
    }),
  );
}

/** A folder beside the database, so that its files can be moved there in no time. */
async function inNewFolder<T>(target: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = `${target}-restoring`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillFile(needs: RestoreNeeds, manifest: Manifest, file: string): Promise<void> {
  const url = `sqlite:${file}`;
  const database = openDatabase(url);
  try {
    await skipSyncs(database);
    await fillDatabase(database, url, { ...needs, manifest });
  } finally {
    // The last connection brings all rows into the file itself.
    await database.close();
  }
}

async function writeKeyFile(
  { keyFile }: RestoreNeeds,
  keys: KeyMaterial | null,
  folder: string,
): Promise<Replacement[]> {
  if (keyFile === null || keys?.SECRET_KEY === undefined) return [];
  const from = join(folder, 'secret-key');
  await writeFile(from, `${keys.SECRET_KEY}\n`, { mode: 0o600, flush: true });
  return [{ from, to: keyFile }];
}

/** Brings back the files from before the last restore. The present ones are put aside in turn. */
export async function rollBackFile(
  databaseUrl: string,
  { keyFile, now }: Pick<RestoreNeeds, 'keyFile' | 'now'>,
): Promise<{ restored: string; former: string | null }> {
  const target = sqliteFileOf(databaseUrl);
  const aside = await findAside(target);
  return withSeat(target, () =>
    inNewFolder(target, async (folder) => {
      const file = join(folder, basename(target));
      for (const end of ['', '-wal']) {
        const from = join(aside, basename(target) + end);
        if (existsSync(from)) await copyFile(from, file + end);
      }
      await settleFile(file);
      const others: Replacement[] = [];
      const formerKey = keyFile === null ? '' : join(aside, basename(keyFile));
      if (keyFile !== null && existsSync(formerKey)) {
        const from = join(folder, 'secret-key');
        await copyFile(formerKey, from);
        others.push({ from, to: keyFile });
      }
      if (existsSync(target)) await settleFile(target);
      const former = await switchFiles({ from: file, to: target }, others, now());
      return { restored: aside, former };
    }),
  );
}

async function restoreServer(
  needs: RestoreNeeds,
  manifest: Manifest,
  keys: KeyMaterial | null,
): Promise<RestoreReport> {
  const { databaseUrl } = needs;
  const database = openDatabase(databaseUrl, 1, { isPatient: true });
  try {
    await checkAlone(database, needs);
    const former = await saveFormer(needs, database);
    const again = `A restore of ${manifest.id} into this database has not finished. Run it again: ./rookery backup restore ${manifest.id}`;
    const back = former
      ? `, or bring the state before back: ./rookery backup restore ${former.id}`
      : '';
    const objects = await restorePictures(needs, manifest);
    await closeDatabase(database, { state: 'filling', advice: `${again}${back}` });
    const names = manifest.tables.map(({ name }) => name);
    await dropTables(database, await listOwnTables(database, names));
    await fillDatabase(database, databaseUrl, { ...needs, manifest });
    await reopenDatabase(database);
    return { manifest, objects, keys, former };
  } finally {
    await database.close();
  }
}

/**
 * Keeps what is in a server database, where there is no other place for it. What was broken off half way is nothing to
 * keep: the backup from before is.
 */
async function saveFormer(needs: RestoreNeeds, database: Database): Promise<{ id: string } | null> {
  const closing = await findClosing(database);
  if (closing?.state === 'filling') return null;
  if (await isUnused(database)) return null;
  if (!needs.backUpFirst) {
    throw new BackupError(
      'The database is not empty. --replace makes a backup of it and then replaces it.',
    );
  }
  const { archive, id, steps, onProgress, isPartial } = needs;
  const { problems } = await verifyBackup({ archive, id, passphrase: null, steps, onProgress });
  if (problems.length > 0 && !isPartial) {
    throw new BackupError(`Nothing was changed: ${id} is damaged. ${problems.join(' ')}`);
  }
  return { id: await needs.backUpFirst() };
}
