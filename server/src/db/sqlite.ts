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
  type ValueListNode,
  ValueNode,
} from 'kysely';
import { DatabaseError } from './errors.ts';

const maxCachedStatements = 500;

/** True while the code of a transaction runs; a query outside of it would then wait for itself. */
const insideTransaction = new AsyncLocalStorage<boolean>();

type SqliteEngine = {
  dialect: Dialect;
  versionElsewhere(): number;
  takeWorkerSeat(): boolean;
};

/**
 * SQLite in one file, or in memory for `:memory:`, through one connection that one caller holds at a time.
 * Every commit is synced to disk before it is acknowledged.
 */
export function sqliteEngine(file: string): SqliteEngine {
  const driver = new SqliteDriver(file);
  const dialect: Dialect = {
    createDriver: () => driver,
    createQueryCompiler: () => new StablePlanCompiler(),
    createAdapter: () => new QueueingAdapter(driver),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
  return {
    dialect,
    versionElsewhere: () => driver.versionElsewhere(),
    takeWorkerSeat: () => driver.takeWorkerSeat(),
  };
}

/** Runs the code of a transaction so that a query past it is refused instead of waiting for ever. */
export function markTransaction<T>(work: () => Promise<T>): Promise<T> {
  return insideTransaction.run(true, work);
}

/** Kysely would put its own queue before the driver, and the driver could not see who waits. */
class QueueingAdapter extends SqliteAdapter {
  readonly #driver: SqliteDriver;

  constructor(driver: SqliteDriver) {
    super();
    this.#driver = driver;
  }

  readAtOnce(sql: string, parameters: readonly unknown[]): unknown[] | null {
    return this.#driver.readAtOnce(sql, parameters);
  }

  /** SQLite rolls changes of the schema back like any other; Kysely does not count on it. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/**
 * Runs a read without waiting for its turn, when nobody has the connection: then the turns of a request's few reads cost as much as
 * their searches.
 * @param adapter of the database that is read
 * @returns null when it must wait, or when it is no SQLite
 */
export function readAtOnce(
  adapter: object,
  sql: string,
  parameters: readonly unknown[],
): unknown[] | null {
  return adapter instanceof QueueingAdapter ? adapter.readAtOnce(sql, parameters) : null;
}

/**
 * The library's SQLite is built with STAT4, which compiles a statement anew at every execution when a bound value is
 * compared with an indexed column: that costs several times the search itself. It does not look into a subquery, nor into a list.
 */
class StablePlanCompiler extends SqliteQueryCompiler {
  protected override visitValueList(node: ValueListNode): void {
    if (node.values.length < 2) return super.visitValueList(node);
    this.append('(');
    node.values.forEach((value, index) => {
      if (index > 0) this.append(', ');
      if (ValueNode.is(value)) super.visitValue(value);
      else this.visitNode(value);
    });
    this.append(')');
  }

  protected override visitValue(node: ValueNode): void {
    if (node.immediate) return super.visitValue(node);
    this.append('(select ');
    super.visitValue(node);
    this.append(')');
  }
}

class SqliteDriver implements Driver {
  readonly #file: string;
  readonly #waiting: Array<() => void> = [];
  #connection: SqliteConnection | undefined;
  #held = false;
  #workerSeat: SqliteFile.Database | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async init(): Promise<void> {
    try {
      this.#connection = new SqliteConnection(openFile(this.#file));
    } catch (error) {
      throw new DatabaseError(problemOf(error, this.#file), error);
    }
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

  /** @returns null when somebody has the connection */
  readAtOnce(sql: string, parameters: readonly unknown[]): unknown[] | null {
    return this.#held || !this.#connection ? null : this.#connection.read(sql, parameters);
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

  /**
   * The lock on a file beside the database, which the system takes back when the process ends, however it ends; a name
   * or a number in a row would outlive it.
   */
  takeWorkerSeat(): boolean {
    if (this.#workerSeat || this.#file === ':memory:') return true;
    const seat = new SqliteFile(`${this.#file}-worker`, { timeout: 0 });
    try {
      seat.exec('BEGIN EXCLUSIVE');
      this.#workerSeat = seat;
      return true;
    } catch (error) {
      seat.close();
      if (error instanceof SqliteFile.SqliteError && error.code === 'SQLITE_BUSY') return false;
      throw error;
    }
  }

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
    this.#workerSeat?.close();
    this.#workerSeat = undefined;
  }
}

function openFile(file: string): SqliteFile.Database {
  const database = new SqliteFile(file);
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = WAL');
  // The library opens at NORMAL, which may lose acknowledged commits when the power fails.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('cache_size = -65536');
  // A file that may only be read shows it at the first write, which would be somebody's request.
  database.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK');
  // From here on, a wait for another process's write would stop this whole process; `transaction()` waits instead.
  database.pragma('busy_timeout = 50');
  return database;
}

/** What a person can do about a file that does not open. */
function problemOf(error: unknown, file: string): string {
  const code = error instanceof SqliteFile.SqliteError ? error.code : '';
  const reason = error instanceof Error ? error.message : String(error);
  if (code === 'SQLITE_NOTADB') {
    return `${file} is no SQLite database. Move it away, or name another file in DATABASE_URL.`;
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return `The database ${file} is damaged (${reason}). Restore it from a backup.`;
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return `The database ${file} is held by another program. End that program, then try again.`;
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return `The database ${file} cannot be written. Give this user the right to write it and its folder.`;
  }
  return `The database ${file} cannot be opened: ${reason}. Check that its folder exists and can be written, or set DATABASE_URL.`;
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

  read(sql: string, parameters: readonly unknown[]): unknown[] {
    return this.#prepare(sql).all(parameters);
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
