import {
  type Dialect,
  type InsertObject,
  MysqlAdapter,
  PostgresAdapter,
  SqliteAdapter,
} from 'kysely';
import { DatabaseError } from './errors.ts';
import { mysqlDialect } from './mysql.ts';
import { codeOf } from './outages.ts';
import { postgresDialect } from './postgres.ts';
import type { RowListener, RowWatch } from './row-watch.ts';
import type { Schema } from './schema.ts';
import { sqliteEngine } from './sqlite.ts';
import { sqliteFileOf } from './sqlite-file.ts';
import { tlsOf } from './tls.ts';
import type { Db, Tx } from './tx.ts';

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
  const insert = tx.insertInto(table).values(row);
  if (!isMysql(tx)) {
    const result = await insert.onConflict((c) => c.doNothing()).executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
  // INSERT IGNORE would hide broken foreign keys too; a duplicate fails the statement alone there, not the transaction.
  try {
    await insert.execute();
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
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

/** Whether a query may join each row with the result of a query about it (`LATERAL`). MariaDB and SQLite cannot. */
export function hasLateral(db: Db): boolean {
  return isPostgres(db);
}

export function isPostgres(db: Pick<Db, 'getExecutor'>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

export function isMysql(tx: Pick<Tx, 'getExecutor'>): boolean {
  return tx.getExecutor().adapter instanceof MysqlAdapter;
}

export function isSqlite(db: Pick<Db, 'getExecutor'>): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter;
}
