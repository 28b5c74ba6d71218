import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../db/database.ts';
import { migrateUp } from '../db/migrate.ts';
import { skipSyncs } from '../db/settle.ts';
import { brokenReferences } from '../db/table-load.ts';
import type { Archive } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import type { OnProgress } from './dump.ts';
import { compareTables, createTables, loadTable, rowsIn } from './load.ts';
import { type Manifest, poolName, readManifest } from './manifest.ts';
import { type ObjectEntry, readObjects } from './objects.ts';
import { checkedBytes, readWhole } from './parts.ts';
import { runSome } from './patience.ts';
import { openKeys } from './sealed-keys.ts';

export type VerifyNeeds = {
  archive: Archive;
  id: string;
  /** Null: the keys are not opened. */
  passphrase: string | null;
  /** Migrations that the program knows. */
  steps: readonly string[];
  onProgress: OnProgress;
};

export type VerifyReport = {
  id: string;
  rows: number;
  objects: number;
  keys: 'opened' | 'undamaged, not opened' | 'left out' | 'damaged';
  /** Each a sentence; empty when the backup can be brought back. */
  problems: string[];
};

/** Brings a backup back into a scratch database, and reads all of its objects. */
export async function verifyBackup(needs: VerifyNeeds): Promise<VerifyReport> {
  const { archive, id } = needs;
  const report: VerifyReport = { id, rows: 0, objects: 0, keys: 'left out', problems: [] };
  const manifest = await noting(report, () => readManifest(archive, id));
  if (!manifest) return report;
  await verifyTables(needs, manifest, report);
  await verifyObjects(needs, manifest, report);
  await verifyKeys(needs, manifest, report);
  return report;
}

/** Runs a step; what is wrong with the backup becomes a problem. */
async function noting<T>(
  report: VerifyReport,
  work: () => Promise<T>,
  isOurs: (error: unknown) => boolean = (error) => error instanceof BackupError,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!isOurs(error)) throw error;
    report.problems.push(error instanceof Error ? error.message : String(error));
    return null;
  }
}

async function verifyTables(
  { archive, steps, onProgress }: VerifyNeeds,
  manifest: Manifest,
  report: VerifyReport,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-verify-'));
  const url = `sqlite:${join(folder, 'scratch.sqlite')}`;
  const database = openDatabase(url);
  const total = rowsIn(manifest.tables);
  try {
    await skipSyncs(database);
    const made = await noting(report, async () => {
      await createTables(database, manifest, steps);
      return true;
    });
    if (!made) return;
    for (const table of manifest.tables) {
      const load = () =>
        loadTable(database, { archive, table }, (count) => {
          report.rows += count;
          onProgress('rows', report.rows, total);
        });
      // A damaged table also breaks those that refer to it.
      await noting(report, load, () => true);
    }
    if (report.problems.length > 0) return;
    report.problems.push(...(await compareTables(url, manifest.tables)));
    report.problems.push(...(await brokenReferences(database)));
    await noting(
      report,
      () => migrateUp(database),
      () => true,
    );
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const readAtOnce = 4;

async function verifyObjects(
  { archive, onProgress }: VerifyNeeds,
  { objects }: Manifest,
  report: VerifyReport,
): Promise<void> {
  let listed = 0;
  let absent = 0;
  await noting(report, () =>
    runSome(readObjects(archive, objects.list), readAtOnce, async (entry) => {
      listed += 1;
      if (entry.sha256 === null) absent += 1;
      else await noting(report, () => readObject(archive, entry));
      report.objects = listed - absent;
      onProgress('pictures', listed, objects.count);
    }),
  );
  const isListDamaged = report.problems.some((problem) => problem.startsWith(objects.list.name));
  if (isListDamaged) return;
  if (listed !== objects.count || absent !== objects.deletedMeanwhile + objects.missing) {
    report.problems.push(`${objects.list.name} has ${listed} objects instead of ${objects.count}.`);
  }
}

async function readObject(archive: Archive, { key, sha256, bytes }: ObjectEntry): Promise<void> {
  try {
    const name = poolName(sha256 ?? '');
    for await (const _ of checkedBytes(archive, { name, bytes, sha256: sha256 ?? '' }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackupError(`${key}: ${reason}`, error);
  }
}

async function verifyKeys(
  { archive, passphrase }: VerifyNeeds,
  { id, keys }: Manifest,
  report: VerifyReport,
): Promise<void> {
  if (!keys) return;
  report.keys = 'damaged';
  const text = await noting(report, () => readWhole(archive, keys));
  if (text === null) return;
  report.keys = 'undamaged, not opened';
  if (passphrase === null) return;
  if (await noting(report, () => openKeys(text, { passphrase, id }))) report.keys = 'opened';
}
