import { AsyncLocalStorage } from 'node:async_hooks';
import SqliteFile from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

const maxCachedStatements = 500;

/** True while the code of a transaction runs; a query outside of it would then wait for itself. */
const insideTransaction = new AsyncLocalStorage<boolean>();

/**
 * SQLite in one file, or in memory for `:memory:`, through one connection that one caller holds at a time.
 * Every commit is synced to disk before it is acknowledged.
 */
export function sqliteEngine(file: string): { dialect: Dialect; versionElsewhere(): number } {
  const driver = new SqliteDriver(file);
  const dialect: Dialect = {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new QueueingAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
  return { dialect, versionElsewhere: () => driver.versionElsewhere() };
}

/** Runs the code of a transaction so that a query past it is refused instead of waiting for ever. */
export function markTransaction<T>(work: () => Promise<T>): Promise<T> {
  return insideTransaction.run(true, work);
}

/** Kysely would put its own queue before the driver, and the driver could not see who waits. */
class QueueingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** A step of the schema is kept whole or not at all, and no other process migrates meanwhile. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #file: string;
  readonly #waiting: Array<() => void> = [];
  #connection: SqliteConnection | undefined;
  #held = false;

  constructor(file: string) {
    this.#file = file;
  }

  async init(): Promise<void> {
    const database = new SqliteFile(this.#file);
    database.pragma('busy_timeout = 5000');
    database.pragma('journal_mode = WAL');
    // The library opens at NORMAL, which may lose acknowledged commits when the power fails.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma('cache_size = -65536');
    // From here on, a wait for another process's write would stop this whole process; `transaction()` waits instead.
    database.pragma('busy_timeout = 50');
    this.#connection = new SqliteConnection(database);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (insideTransaction.getStore()) {
      throw new Error('A query was sent past the open transaction. Pass the transaction to it.');
    }
    if (!this.#connection) throw new Error('The database is closed.');
    if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // IMMEDIATE: a transaction that reads first and writes later would fail at once beside another process.
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  versionElsewhere(): number {
    return this.#connection?.versionElsewhere() ?? 0;
  }

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: SqliteFile.Database;
  readonly #statements = new Map<string, SqliteFile.Statement>();

  readonly #dataVersion: SqliteFile.Statement<[], number>;

  constructor(database: SqliteFile.Database) {
    this.#database = database;
    this.#dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck();
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as R[] };
    const { changes } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  // oxlint-disable-next-line require-yield -- the interface asks for it, no query of ours streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('SQLite queries are not streamed; page through them.');
  }

  /** Changes when another process has committed to the file. */
  versionElsewhere(): number {
    return this.#dataVersion.get() ?? 0;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): SqliteFile.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= maxCachedStatements) this.#statements.clear();
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
