import { type Dialect, type InsertObject, MysqlAdapter, PostgresAdapter } from 'kysely';
import { mysqlDialect } from './mysql.ts';
import { postgresDialect } from './postgres.ts';
import type { RowListener, RowWatch } from './row-watch.ts';
import type { Schema } from './schema.ts';
import { sqliteEngine } from './sqlite.ts';
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

/** @throws Error when the address names no engine that this program speaks */
export function engineOf(url: string, { poolSize, isPatient = false }: EngineOptions): Engine {
  const scheme = url.slice(0, url.indexOf(':'));
  const shared = {
    isEmbedded: false,
    watchRows() {},
    noticeOthers() {},
    takeWorkerSeat: () => true,
    commitUnderWay: () => Promise.resolve(),
  };
  switch (scheme) {
    case 'sqlite':
      return {
        name: 'sqlite',
        isEmbedded: true,
        ...sqliteEngine(url.replace(/^sqlite:(\/\/)?/, '')),
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
      return { name: 'mysql', ...shared, dialect: mysqlDialect(url, { poolSize }) };
    default:
      throw new Error(
        `DATABASE_URL=${scheme}:… is not understood. Use sqlite:, postgres:, mysql: or cockroachdb:.`,
      );
  }
}

/**
 * Errors after which the same transaction may succeed when it is run again from its start; each says that nothing was
 * kept. A connection lost at the commit is not among them: nobody knows what became of it.
 */
const retryableCodes = new Set([
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_ABORT_ROLLBACK',
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock timeout
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_UNKNOWN_COM_ERROR', // Galera: this node is not ready
]);

export function isRetryable(error: unknown): boolean {
  return retryableCodes.has(codeOf(error));
}

/** Errors by which a driver says that the database cannot be asked right now. */
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'PROTOCOL_CONNECTION_LOST',
  'POOL_CLOSED',
  'SQLITE_BUSY',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_UNKNOWN_COM_ERROR',
  'ER_ERROR_DURING_COMMIT', // Galera: this node left its cluster amid a commit
  'ER_LOCK_DEADLOCK',
  '40001',
  '40P01',
  '55P03',
  '57014', // statement timeout
  '57P01', // shut down by its administrator
  '57P02',
  '57P03', // starting up
  '53300', // too many connections
  '08006',
  '08001',
]);

/** Drivers that have no code for it say it in words. */
const outageWords =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|closed state|connection is in closed|is not queryable/i;

/** Whether the database could not be asked, or did not answer in time. A later repeat may succeed. */
export function isOutage(error: unknown): boolean {
  return (
    outageCodes.has(codeOf(error)) || (error instanceof Error && outageWords.test(error.message))
  );
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
 * SQLSTATE is all of them, but for MySQL's checks.
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
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

export function isMysql(tx: Pick<Tx, 'getExecutor'>): boolean {
  return tx.getExecutor().adapter instanceof MysqlAdapter;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
