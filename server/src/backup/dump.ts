import type { Snapshot } from '../db/snapshot.ts';
import type { TableRow, TableShape } from '../db/tables/shape.ts';
import type { Archive } from '../domain/ports.ts';
import { fileOf, type SavedTable } from './manifest.ts';
import { writePart } from './parts.ts';
import { lineOf, RowSum } from './row-lines.ts';

/** Told how far a step is; the total is 0 where it is not known. */
export type OnProgress = (step: string, done: number, total: number) => void;

/** Few enough that SQLite, which is asked within the server's own process, holds nobody up for long. */
const rowsPerPage = 500;

/** All rows of a table in a snapshot, page by page. */
export async function* pagesOf(
  snapshot: Snapshot,
  table: TableShape,
): AsyncGenerator<readonly TableRow[]> {
  let last: TableRow | null = null;
  for (;;) {
    const page: TableRow[] = await snapshot.readPage(table, last, rowsPerPage);
    if (page.length > 0) yield page;
    last = page.at(-1) ?? null;
    if (page.length < rowsPerPage) return;
  }
}

type Target = {
  archive: Archive;
  id: string;
  onProgress: OnProgress;
  /** Whether rows are counted first, so that progress has a total: SQLite cannot do anything else meanwhile. */
  isCounting: boolean;
};

/** Writes every table of a snapshot to a backup. */
export async function dumpTables(
  snapshot: Snapshot,
  tables: readonly TableShape[],
  { archive, id, onProgress, isCounting }: Target,
): Promise<SavedTable[]> {
  let total = 0;
  for (const table of isCounting ? tables : []) total += await snapshot.countRows(table);
  let done = 0;
  const saved: SavedTable[] = [];
  for (const table of tables) {
    const sum = new RowSum();
    const name = fileOf(id, `tables/${table.name}.ndjson.gz`);
    const texts = linesOf(snapshot, table, sum, (rows) => {
      done += rows;
      onProgress('database', done, total);
    });
    const file = await writePart(archive, name, texts);
    saved.push({ ...table, rows: sum.rows, checksum: sum.checksum, file });
  }
  return saved;
}

async function* linesOf(
  snapshot: Snapshot,
  table: TableShape,
  sum: RowSum,
  onRows: (count: number) => void,
): AsyncGenerator<string> {
  for await (const page of pagesOf(snapshot, table)) {
    const lines = page.map((row) => lineOf(table, row));
    for (const line of lines) sum.add(line);
    onRows(lines.length);
    yield `${lines.join('\n')}\n`;
  }
}

/** What the tables of a database contain, to be compared with what they should. */
export async function sumsOf(
  snapshot: Snapshot,
  tables: readonly TableShape[],
  onProgress: (done: number) => void = () => {},
): Promise<Map<string, RowSum>> {
  const sums = new Map<string, RowSum>();
  let done = 0;
  for (const table of tables) {
    const sum = new RowSum();
    for await (const page of pagesOf(snapshot, table)) {
      for (const row of page) sum.add(lineOf(table, row));
      done += page.length;
      onProgress(done);
    }
    sums.set(table.name, sum);
  }
  return sums;
}
