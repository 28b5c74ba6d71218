import SqliteFile from 'better-sqlite3';
import {
  type Dialect,
  type Driver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { DatabaseError } from './errors.ts';
import { SqliteConnection } from './sqlite-connection.ts';

/**
 * A second connection to a file, for reading alone. Beside the connection that writes, it sees the database as it was at the
 * start of its transaction: in WAL mode a reader and a writer never wait for each other.
 */
export function sqliteReader(file: string): Kysely<unknown> {
  if (file === ':memory:') {
    throw new DatabaseError('A database in memory can be read by its own process alone.');
  }
  const dialect: Dialect = {
    createDriver: () => new ReadingDriver(file),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
  return new Kysely<unknown>({ dialect });
}

class ReadingDriver implements Driver {
  readonly #file: string;
  #connection: SqliteConnection | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async init(): Promise<void> {
    this.#connection = new SqliteConnection(openFile(this.#file));
  }

  async acquireConnection(): Promise<SqliteConnection> {
    if (!this.#connection) throw new Error('The database is closed.');
    return this.#connection;
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    connection.run('begin');
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    connection.run('commit');
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.run('rollback');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection?.close();
  }
}

/** Not opened as read-only: after a crash, the first reader must be able to bring the WAL in order. */
function openFile(file: string): SqliteFile.Database {
  try {
    const database = new SqliteFile(file, { fileMustExist: true });
    database.pragma('busy_timeout = 5000');
    database.pragma('query_only = on');
    return database;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(`The database ${file} cannot be read: ${reason}.`, error);
  }
}
