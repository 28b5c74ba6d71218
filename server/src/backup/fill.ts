import type { Database } from '../db/database.ts';
import { migrateUp } from '../db/migrate.ts';
import { brokenReferences, listForgottenMedia, raiseCounters } from '../db/table-load.ts';
import { emit } from '../domain/events.ts';
import type { Archive } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import type { OnProgress } from './dump.ts';
import { compareTables, createTables, loadTable, rowsIn } from './load.ts';
import type { Manifest } from './manifest.ts';

/** More ids than are given out between two backups; a counter has room for twenty thousand restores. */
const idsSkipped = 100_000;

type Needs = {
  archive: Archive;
  manifest: Manifest;
  /** Migrations that the program knows. */
  steps: readonly string[];
  onProgress: OnProgress;
};

/**
 * Fills a database without tables with a backup: creates the tables as they were, writes the rows, compares all of them with
 * the backup, and brings the schema up to date.
 * @throws BackupError when the result is not what the backup says
 */
export async function fillDatabase(
  database: Database,
  databaseUrl: string,
  { archive, manifest, steps, onProgress }: Needs,
): Promise<void> {
  const total = rowsIn(manifest.tables);
  await createTables(database, manifest, steps);
  let loaded = 0;
  for (const table of manifest.tables) {
    await loadTable(database, { archive, table }, (count) => {
      loaded += count;
      onProgress('rows', loaded, total);
    });
  }
  const report = (done: number) => onProgress('checking', done, total);
  const problems = [
    ...(await compareTables(databaseUrl, manifest.tables, report)),
    ...(await brokenReferences(database)),
  ];
  if (problems.length > 0) {
    throw new BackupError(`The restored rows are not those of the backup: ${problems.join('; ')}.`);
  }
  await migrateUp(database);
  await raiseCounters(database, idsSkipped);
  await askAgain(database);
}

/** Events that a broker had are in no backup. Of those, a picture would wait forever. */
async function askAgain(database: Database): Promise<void> {
  const forgotten = await listForgottenMedia(database);
  for (let i = 0; i < forgotten.length; i += 500) {
    await database.transaction(async (tx) => {
      for (const mediaId of forgotten.slice(i, i + 500))
        await emit(tx, new Date(), 'media.uploaded', { mediaId });
    });
  }
}
