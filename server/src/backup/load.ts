import type { Database } from '../db/database.ts';
import { WriteConflict } from '../db/errors.ts';
import { migrateUp } from '../db/migrate.ts';
import { type Snapshot, withSnapshot } from '../db/snapshot.ts';
import { rowLoader } from '../db/table-load.ts';
import type { TableRow, TableShape } from '../db/tables/shape.ts';
import type { Archive } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import { sumsOf } from './dump.ts';
import type { Manifest, SavedTable } from './manifest.ts';
import { readLines } from './parts.ts';
import { type RowSum, rowOf } from './row-lines.ts';

/** Rows of one transaction. */
const rowsPerLoad = 2000;

/** Creates the tables as they were in the version that a backup is of. @throws BackupError when that version is newer */
export async function createTables(
  database: Database,
  { id, steps }: Pick<Manifest, 'id' | 'steps'>,
  known: readonly string[],
): Promise<void> {
  const unknown = steps.filter((name) => !known.includes(name));
  const last = steps.at(-1);
  if (unknown.length > 0 || last === undefined) {
    throw new BackupError(
      `The backup ${id} has ${unknown.join(', ')}, which this version does not know. Use a newer version.`,
    );
  }
  await migrateUp(database, last);
}

/** Writes the rows of a backup's table. @throws BackupError when the file is damaged, or the database does not take a row */
export async function loadTable(
  database: Database,
  { archive, table }: { archive: Archive; table: SavedTable },
  onRows: (count: number) => void = () => {},
): Promise<void> {
  const load = rowLoader(database);
  let rows: TableRow[] = [];
  const flush = async () => {
    if (rows.length > 0) await load(table, rows);
    onRows(rows.length);
    rows = [];
  };
  try {
    for await (const line of readLines(archive, table.file)) {
      if (rows.push(rowOf(table, line)) === rowsPerLoad) await flush();
    }
    await flush();
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError(`${table.name} cannot be written: ${reasonOf(error)}.`, error);
  }
}

/** A transaction that was given up names its reason only in its cause. */
function reasonOf(error: unknown): string {
  const told = error instanceof WriteConflict ? error.cause : error;
  return told instanceof Error ? told.message : String(told);
}

/** What a table should contain. */
export type ExpectedTable = TableShape & Pick<RowSum, 'rows' | 'checksum'>;

/** Compares a database with what it should contain. Each difference is a sentence. */
export function compareTables(
  databaseUrl: string,
  expected: readonly ExpectedTable[],
  onProgress?: (done: number) => void,
): Promise<string[]> {
  return withSnapshot(databaseUrl, (snapshot) => differences(snapshot, expected, onProgress));
}

async function differences(
  snapshot: Snapshot,
  expected: readonly ExpectedTable[],
  onProgress?: (done: number) => void,
): Promise<string[]> {
  const sums = await sumsOf(snapshot, expected, onProgress);
  return expected.flatMap(({ name, rows, checksum }) => {
    const found = sums.get(name);
    if (found?.rows !== rows) return [`${name} has ${found?.rows} rows instead of ${rows}`];
    return found.checksum === checksum ? [] : [`rows of ${name} differ from what was written`];
  });
}

export function rowsIn(tables: ReadonlyArray<{ rows: number }>): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}
