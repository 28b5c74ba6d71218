import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskArchive } from '../../src/adapters/archives/disk.ts';
import { diskBlobs } from '../../src/adapters/blobs/disk.ts';
import { type BackupNeeds, type BackupReport, createBackup } from '../../src/backup/create.ts';
import { type RestoreNeeds, type RestoreReport, restoreBackup } from '../../src/backup/restore.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { dropTables } from '../../src/db/reset.ts';
import { skipSyncs } from '../../src/db/settle.ts';
import type { Archive, BlobStore } from '../../src/domain/ports.ts';
import {
  bareDatabase,
  isReached,
  type ServerEngine,
  servers,
  sharedDatabase,
} from '../support/databases.ts';
import { insertRows } from '../support/insert-rows.ts';
import { type Rows, sampleRows } from '../support/sample-rows.ts';

/** Copying whole databases, on a machine that may be busy. */
export const slow = { timeout: 120_000 };

/** `npm run test:backup`: everything, and more often. */
export const isThorough = process.env.BACKUP_TESTS === 'all';

export const steps = migrations.map(({ name }) => name);

/** The engines that answer here. The others are left out, and said so by vitest.config.ts. */
export const engines: readonly string[] = [
  'sqlite',
  ...(await Promise.all(
    (['postgres', 'mysql'] as ServerEngine[]).map(async (engine) =>
      (await isReached(servers[engine])) ? [engine] : [],
    ),
  ).then((found) => found.flat())),
];

/** The engine after one, around a ring of all. */
export function nextEngine(engine: string): string {
  return engines[(engines.indexOf(engine) + 1) % engines.length] ?? 'sqlite';
}

const cleanups: Array<() => void> = [];

/** For `afterEach`: removes folders, and gives databases back. */
export function cleanUpSamples(): void {
  for (const cleanup of cleanups.splice(0)) cleanup();
}

export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-backup-test-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A database without tables. */
export async function bare(engine: string): Promise<string> {
  const database = await bareDatabase(engine);
  cleanups.push(() => database.release());
  // An earlier run may have left its tables.
  if (engine !== 'sqlite') {
    const open = openDatabase(database.url, 1, { isPatient: true });
    await dropTables(open);
    await open.close();
  }
  return database.url;
}

export function newBlobs(): BlobStore {
  return diskBlobs(join(temporary(), 'blobs'));
}

export function newArchive(): Archive {
  return diskArchive(temporary());
}

/** Rows of every table. Each of three pictures has its original and two sizes. */
function rowsWithPictures(base = 10): Rows {
  const rows = sampleRows(base);
  for (const [i, row] of (rows.media ?? []).entries()) {
    Object.assign(row, {
      original_key: `originals/${hexOf(base, i)}`,
      public_key: hexOf(base, i),
      variants: JSON.stringify([{ size: 'small' }, { size: 'medium' }]),
      state: 'ready',
      // MariaDB rounds these two when it sends them as text.
      latitude: 9.538876057604117,
      longitude: 9.541573764040239,
    });
  }
  return rows;
}

export function hexOf(base: number, i: number): string {
  return (base * 1000 + i).toString(16).padStart(32, 'a');
}

/** A database with rows in every table, and a store with their pictures. */
export async function filled(engine: string): Promise<{ url: string; blobs: BlobStore }> {
  const [{ url, ...made }, blobs] = [await sharedDatabase(engine), newBlobs()];
  cleanups.push(() => made.release());
  const database = openDatabase(url);
  const rows = rowsWithPictures();
  await insertRows(database, rows);
  await database.close();
  for (const { public_key: key } of rows.media ?? []) await putPicture(blobs, String(key));
  return { url, blobs };
}

/** A data folder with an embedded database and pictures, as a server leaves it; three pictures of each base. */
export async function filledFolder(bases: readonly number[]): Promise<string> {
  const dataDir = temporary();
  const database = openDatabase(`sqlite:${join(dataDir, 'rookery.sqlite')}`);
  const blobs = diskBlobs(join(dataDir, 'blobs'));
  await skipSyncs(database);
  await migrateUp(database);
  for (const base of bases) {
    const rows = rowsWithPictures(base);
    await insertRows(database, rows);
    for (const { public_key: key } of rows.media ?? []) await putPicture(blobs, String(key));
  }
  await database.close();
  return dataDir;
}

async function putPicture(blobs: BlobStore, key: string): Promise<void> {
  await blobs.put(`originals/${key}`, Buffer.from(`original ${key}`));
  for (const size of ['small', 'medium'])
    await blobs.put(`variants/${key}/${size}`, Buffer.from(`${size} ${key}`));
}

type Source = { url: string; blobs: BlobStore; archive: Archive };

export function backUp(
  { url, blobs, archive }: Source,
  more: Partial<BackupNeeds> = {},
): Promise<BackupReport> {
  return createBackup({
    databaseUrl: url,
    blobs,
    archive,
    keys: null,
    keep: null,
    program: 'test',
    steps,
    now: () => new Date(),
    onProgress: () => {},
    isCounting: true,
    ...more,
  });
}

export function restore(
  { url, blobs, archive }: Source,
  id: string,
  more: Partial<RestoreNeeds> = {},
): Promise<RestoreReport> {
  return restoreBackup({
    archive,
    id,
    databaseUrl: url,
    blobs,
    passphrase: null,
    hasKeys: true,
    keyFile: null,
    steps,
    isPartial: false,
    isForced: false,
    backUpFirst: null,
    now: () => new Date(),
    onProgress: () => {},
    ...more,
  });
}
