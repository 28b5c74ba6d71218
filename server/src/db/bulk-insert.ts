import type { CompiledQuery, InsertObject } from 'kysely';
import type { Database, Tx } from './database.ts';
import type { Schema } from './schema.ts';

/** Times the columns of the widest table, this stays below the parameters that any engine takes in one statement. */
const rowsPerStatement = 100;
const rowsPerTransaction = 5_000;

/**
 * Writes rows past the stores, by the thousand: for the seed alone, which makes whole tables of them.
 * Every row must have all columns, in the same order.
 */
export async function insertMany<T extends keyof Schema>(
  database: Database,
  table: T,
  rows: Iterable<Schema[T]>,
  onWritten: (count: number) => void = () => {},
): Promise<void> {
  const statements = new Map<number, CompiledQuery>();
  let written = 0;
  for (const chunk of chunksOf(rows, rowsPerTransaction)) {
    await database.transaction(async (tx) => {
      for (const batch of chunksOf(chunk, rowsPerStatement)) {
        // Compiled once per size: Kysely's builder would cost more than SQLite's work.
        const known = statements.get(batch.length) ?? compileInsert(tx, table, batch);
        statements.set(batch.length, known);
        const parameters = batch.flatMap((row) => Object.values(row));
        await tx.executeQuery({ ...known, parameters });
      }
    });
    written += chunk.length;
    onWritten(written);
  }
}

function compileInsert<T extends keyof Schema>(tx: Tx, table: T, rows: Schema[T][]): CompiledQuery {
  return tx
    .insertInto(table)
    .values(rows as unknown as InsertObject<Schema, T>[])
    .compile();
}

function* chunksOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
