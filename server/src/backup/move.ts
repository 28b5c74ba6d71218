import { closeDatabase, findClosing, reopenDatabase } from '../db/closed.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { migrateUp } from '../db/migrate.ts';
import { dropTables } from '../db/reset.ts';
import { type Snapshot, withSnapshot } from '../db/snapshot.ts';
import { sqliteFileOf } from '../db/sqlite-file.ts';
import { brokenReferences, isUnused, listOwnTables, rowLoader } from '../db/table-load.ts';
import { copiedTables } from '../db/tables/shape.ts';
import type { BlobStore } from '../domain/ports.ts';
import { checkAlone, withSeat } from './alone.ts';
import { BackupError } from './backup-error.ts';
import { type OnProgress, pagesOf } from './dump.ts';
import { compareTables, type ExpectedTable, rowsIn } from './load.ts';
import { copyBlobs, type MovedObjects } from './move-objects.ts';
import { lineOf, RowSum } from './row-lines.ts';

export type MoveNeeds = {
  from: { databaseUrl: string; blobs: BlobStore };
  /** Null: stays where it is. `place` is where the database is, for people. */
  to: { databaseUrl: string | null; blobs: BlobStore | null; place: string };
  /** Moves although other programs seem to use a database. */
  isForced: boolean;
  /** Leaves the source open, for a copy to try things with. */
  isCopy: boolean;
  /** Migrations that the program knows. */
  steps: readonly string[];
  onProgress: OnProgress;
};

export type MoveReport = { tables: ExpectedTable[]; objects: MovedObjects | null };

/**
 * Copies the database and the objects elsewhere while no server runs, compares both sides, and closes the source, so that
 * nobody goes on writing there. A move that was broken off is started again: until it is whole, no server uses the target.
 * @throws BackupError that says what is wrong
 */
export async function moveEverything(needs: MoveNeeds): Promise<MoveReport> {
  const { from, to } = needs;
  if (to.databaseUrl === from.databaseUrl) {
    throw new BackupError('Source and target are the same database.');
  }
  return alone(needs, from.databaseUrl, (source) => {
    const { databaseUrl } = to;
    if (databaseUrl === null) return moveObjectsOnly(needs);
    return alone(needs, databaseUrl, (target) => moveBetween(needs, source, target, databaseUrl));
  });
}

/** Opens a database that no server uses. */
async function alone<T>(
  { isForced }: MoveNeeds,
  databaseUrl: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const open = async () => {
    const database = openDatabase(databaseUrl, 1, { isPatient: true });
    try {
      await checkAlone(database, { isForced });
      return await work(database);
    } finally {
      await database.close();
    }
  };
  return databaseUrl.startsWith('sqlite:') ? withSeat(sqliteFileOf(databaseUrl), open) : open();
}

async function moveObjectsOnly({ from, to, onProgress }: MoveNeeds): Promise<MoveReport> {
  const objects = await withSnapshot(from.databaseUrl, (snapshot) =>
    copyBlobs(snapshot, { from: from.blobs, to: to.blobs, onProgress }),
  );
  return { tables: [], objects };
}

async function moveBetween(
  needs: MoveNeeds,
  source: Database,
  target: Database,
  targetUrl: string,
): Promise<MoveReport> {
  const { from, to, steps, isCopy, onProgress } = needs;
  await checkTarget(source, target);
  const advice = 'A move into this database has not finished. Run the same command again.';
  await closeDatabase(target, { state: 'filling', advice });
  await dropTables(target, await listOwnTables(target));
  await migrateUp(target);
  const { tables, objects } = await withSnapshot(from.databaseUrl, async (snapshot) => {
    checkSteps(snapshot, steps);
    const tables = await copyRows(snapshot, target, onProgress);
    const stores = { from: from.blobs, to: to.blobs, onProgress };
    return { tables, objects: to.blobs && (await copyBlobs(snapshot, stores)) };
  });
  const total = rowsIn(tables);
  const report = (step: string) => (done: number) => onProgress(step, done, total);
  const problems = [
    ...(await compareTables(targetUrl, tables, report('checking target'))),
    ...(await brokenReferences(target)),
  ];
  if (problems.length > 0) throw new BackupError(`The target differs: ${problems.join('; ')}.`);
  const written = await compareTables(from.databaseUrl, tables, report('checking source'));
  if (written.length > 0) {
    throw new BackupError(
      `The source was written while it was moved: ${written.join('; ')}. Stop all servers and workers, then run the same command again.`,
    );
  }
  // First the source: at no moment may servers write to either of them.
  if (!isCopy) await closeDatabase(source, { state: 'moved', advice: movedTo(to.place) });
  await reopenDatabase(target);
  return { tables, objects };
}

function movedTo(place: string): string {
  return `The data of this database has moved to ${place}. Set DATABASE_URL to it. To use this one again: ./rookery move --reopen`;
}

/** @throws BackupError unless the target is empty, or was left half filled by such a move */
async function checkTarget(source: Database, target: Database): Promise<void> {
  const [sourceClosing, targetClosing] = [await findClosing(source), await findClosing(target)];
  const isBrokenOff = targetClosing?.state === 'filling';
  // The last two steps of a move are to close the source and to open the target; between them it may have been killed.
  if (sourceClosing && !(sourceClosing.state === 'moved' && isBrokenOff)) {
    throw new BackupError(sourceClosing.advice);
  }
  if (isBrokenOff || (await isUnused(target))) return;
  throw new BackupError(
    'The target is not empty. Name another database, or empty it: DATABASE_URL=… ./rookery db reset',
  );
}

function checkSteps({ steps }: Snapshot, known: readonly string[]): void {
  if (steps.join() === known.join()) return;
  throw new BackupError('The source has another schema. Run: ./rookery migrate up');
}

async function copyRows(
  snapshot: Snapshot,
  target: Database,
  onProgress: OnProgress,
): Promise<ExpectedTable[]> {
  let total = 0;
  for (const table of copiedTables) total += await snapshot.countRows(table);
  const load = rowLoader(target);
  let done = 0;
  const copied: ExpectedTable[] = [];
  for (const table of copiedTables) {
    const sum = new RowSum();
    for await (const page of pagesOf(snapshot, table)) {
      for (const row of page) sum.add(lineOf(table, row));
      await load(table, page);
      done += page.length;
      onProgress('rows', done, total);
    }
    copied.push({ ...table, rows: sum.rows, checksum: sum.checksum });
  }
  return copied;
}

/** Lets servers use a database again whose data had moved away. False when it is not closed. */
export async function reopenMoved(databaseUrl: string): Promise<boolean> {
  const database = openDatabase(databaseUrl, 1);
  try {
    const closing = await findClosing(database);
    if (closing === null) return false;
    if (closing.state === 'filling') throw new BackupError(closing.advice);
    await reopenDatabase(database);
    return true;
  } finally {
    await database.close();
  }
}
