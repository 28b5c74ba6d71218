import {
  type Dialect,
  type InsertObject,
  type InsertQueryBuilder,
  type InsertResult,
} from 'kysely';
import { DatabaseError } from './errors.ts';
import { mysqlDialect } from './mysql.ts';
import { codeOf } from './outages.ts';
import { postgresDialect } from './postgres.ts';
import { preparedWrite } from './prepared.ts';
import type { RowListener, RowWatch } from './row-watch.ts';
import type { Schema } from './schema.ts';
import { sqliteEngine } from './sqlite.ts';
import { sqliteFileOf } from './sqlite-file.ts';
import { tlsOf } from './tls.ts';
import type { Tx } from './tx.ts';
import { isMysql } from './which-engine.ts';

export type EngineName = 'sqlite' | 'postgres' | 'mysql' | 'cockroachdb';

/** What `DATABASE_URL` names, and how to reach it. Every difference between the engines is erased in this folder. */
export type Engine = {
  name: EngineName;
  dialect: Dialect;
  /** True when one process has the database for itself, so that what it remembers of it stays true. */
  isEmbedded: boolean;
  /** See `Database.watchRows`. */
  watchRows(watch: RowWatch, listener: RowListener): void;
  /** See `Database.noticeOthers`. */
  noticeOthers(): void;
  /** See `Database.takeWorkerSeat`. */
  takeWorkerSeat(): boolean;
  /** For a transaction that runs: when what it has written is kept, where that is later than its end. */
  commitUnderWay(): Promise<void>;
};

export type EngineOptions = {
  poolSize: number;
  /** True for work on the schema, which may take as long as it takes. */
  isPatient?: boolean;
};

/** @throws DatabaseError that says what to change, when nothing can be opened by the address; nobody is asked */
export function checkAddress(url: string): void {
  if (url.startsWith('sqlite:')) return void sqliteFileOf(url);
  tlsOf(url);
  if (url.startsWith('mysql:') && (URL.parse(url)?.pathname ?? '/') === '/') {
    throw new DatabaseError('DATABASE_URL names no database. Add it: mysql://user@host/NAME.');
  }
}

/** @throws Error when the address names no engine that this program speaks */
export function engineOf(url: string, { poolSize, isPatient = false }: EngineOptions): Engine {
  const scheme = url.slice(0, url.indexOf(':'));
  const shared = {
    isEmbedded: false,
    watchRows() {},
    noticeOthers() {},
    takeWorkerSeat: () => false,
    commitUnderWay: () => Promise.resolve(),
  };
  switch (scheme) {
    case 'sqlite':
      return {
        name: 'sqlite',
        isEmbedded: true,
        ...sqliteEngine(sqliteFileOf(url)),
      };
    case 'postgres':
    case 'postgresql':
      return {
        name: 'postgres',
        ...shared,
        dialect: postgresDialect(url, { poolSize, isPatient, isSerializable: false }),
      };
    case 'cockroachdb':
      return {
        name: 'cockroachdb',
        ...shared,
        dialect: postgresDialect(url, { poolSize, isPatient, isSerializable: true }),
      };
    case 'mysql':
      return { name: 'mysql', ...shared, dialect: mysqlDialect(url, { poolSize, isPatient }) };
    default:
      throw new Error(
        `DATABASE_URL=${scheme}:… is not understood. Use sqlite:, postgres:, mysql: or cockroachdb:.`,
      );
  }
}

/** Inserts a row unless its key is taken already. True when it was written. */
export async function insertIgnore<T extends keyof Schema>(
  tx: Tx,
  table: T,
  row: InsertObject<Schema, T>,
): Promise<boolean> {
  return ignoringDuplicates(tx, () => insertOf(table, row)(tx, row));
}

/**
 * Runs an insertion that leaves out a row whose key is taken (`unlessTaken`). True when a row was written.
 * INSERT IGNORE would hide broken foreign keys too; on MySQL a duplicate fails the statement alone, not the transaction.
 */
export async function ignoringDuplicates(tx: Tx, insert: () => Promise<number>): Promise<boolean> {
  if (!isMysql(tx)) return (await insert()) > 0;
  try {
    return (await insert()) > 0;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Has an insertion leave out a row whose key is taken, where the engine can say so. */
export function unlessTaken<T extends keyof Schema>(
  tx: Tx,
  insert: InsertQueryBuilder<Schema, T, InsertResult>,
): InsertQueryBuilder<Schema, T, InsertResult> {
  return isMysql(tx) ? insert : insert.onConflict((c) => c.doNothing());
}

type Insertion = (tx: Tx, row: Record<string, string | number | null>) => Promise<number>;

const insertions = new Map<string, Insertion>();

/** Compiled once for each table and each set of columns. */
function insertOf(table: keyof Schema, row: object): Insertion {
  const form = `${table} ${Object.keys(row).join(' ')}`;
  const known = insertions.get(form);
  if (known) return known;
  const insertion: Insertion = preparedWrite((tx, values) =>
    unlessTaken(tx, tx.insertInto(table).values(values as never)),
  );
  insertions.set(form, insertion);
  return insertion;
}

/** Whether a write failed because a row with the same unique key is there. */
function isDuplicateKey(error: unknown): boolean {
  return duplicateKeyCodes.has(codeOf(error));
}

const duplicateKeyCodes = new Set([
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  '23505',
  'ER_DUP_ENTRY',
]);

/**
 * Whether a write broke a constraint: a foreign key, a unique key, a check, a column that must not be null. Class 23 of
 * SQLSTATE covers all of them except MySQL's check constraints.
 */
export function isConstraint(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(SQLITE_CONSTRAINT|23)/.test(code) || code === 'ER_CHECK_CONSTRAINT_VIOLATED') return true;
  return error instanceof Error && 'sqlState' in error && String(error.sqlState).startsWith('23');
}

/** Whether a read failed because its table does not exist. */
export function isMissingTable(error: unknown): boolean {
  if (codeOf(error) === 'SQLITE_ERROR') return /no such table/.test(String(error));
  return ['42P01', 'ER_NO_SUCH_TABLE'].includes(codeOf(error));
}
