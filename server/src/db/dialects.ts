import type { Dialect, InsertObject } from 'kysely';
import type { Schema } from './schema.ts';
import { sqliteEngine } from './sqlite.ts';
import type { Tx } from './tx.ts';

/** What `DATABASE_URL` names, and how to reach it. Every difference between the engines is erased in this folder. */
export type Engine = {
  name: 'sqlite';
  dialect: Dialect;
  /** True when one process has the database for itself, so that what it remembers of it stays true. */
  isEmbedded: boolean;
  /** A number that changes when another process has written; constant where nobody can tell. */
  versionElsewhere(): number;
};

/** @throws Error when the address names no engine that this program speaks. */
export function engineOf(url: string): Engine {
  const file = /^sqlite:(?:\/\/)?(.+)$/.exec(url)?.[1];
  if (file === undefined) {
    throw new Error(`DATABASE_URL=${url.split(':')[0]}:… is not understood. Use sqlite:FILE.`);
  }
  return { name: 'sqlite', isEmbedded: true, ...sqliteEngine(file) };
}

/** Errors after which the same transaction may succeed when it is run again from its start. */
const retryableCodes = new Set([
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  '40001',
  '40P01',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
]);

export function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && retryableCodes.has(String(error.code));
}

/** Inserts a row unless its key is taken already. True when it was written. */
export async function insertIgnore<T extends keyof Schema>(
  tx: Tx,
  table: T,
  row: InsertObject<Schema, T>,
): Promise<boolean> {
  const result = await tx
    .insertInto(table)
    .values(row)
    .onConflict((c) => c.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Whether a write failed because a row with the same unique key is there. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && duplicateKeyCodes.has(String(error.code));
}

const duplicateKeyCodes = new Set([
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  '23505',
  'ER_DUP_ENTRY',
]);
