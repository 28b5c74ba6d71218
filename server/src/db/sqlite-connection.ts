import SqliteFile from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { DatabaseError } from './errors.ts';
import type { RowWatch } from './row-watch.ts';

const maxCachedStatements = 500;

/** Opens the file, or makes it; an image is copied into memory. @throws DatabaseError that says what to do about it */
export function openConnection(file: string | Buffer): SqliteConnection {
  try {
    return new SqliteConnection(openFile(file));
  } catch (error) {
    throw new DatabaseError(problemOf(error, typeof file === 'string' ? file : 'image'), error);
  }
}

function openFile(file: string | Buffer): SqliteFile.Database {
  const database = new SqliteFile(file);
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = WAL');
  // The library opens at NORMAL, which may lose acknowledged commits when the power fails.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // A page that many commits change is copied to the file once for all of them; this many pages are 16 MB.
  database.pragma('wal_autocheckpoint = 4000');
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
    return `The database ${file} is in use by another program. Stop that program, then try again.`;
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return `The database ${file} cannot be written. Give this user the right to write it and its folder.`;
  }
  return `The database ${file} cannot be opened: ${reason}. Check that its folder exists and can be written, or set DATABASE_URL.`;
}

/** The file, with statements that are kept compiled. */
export class SqliteConnection implements DatabaseConnection {
  readonly #database: SqliteFile.Database;
  readonly #statements = new Map<string, SqliteFile.Statement>();

  readonly #dataVersion: SqliteFile.Statement<[], number>;
  #watches = 0;

  constructor(database: SqliteFile.Database) {
    this.#database = database;
    this.#dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck();
  }

  /** Whether something is written that is not committed yet. */
  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  run(sql: string): void {
    this.#prepare(sql).run();
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as R[] };
    const { changes } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  /** @returns how many rows were written */
  write(sql: string, parameters: readonly unknown[]): number {
    return this.#prepare(sql).run(parameters).changes;
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

  /**
   * Calls the listener at each write of this connection, before its commit. Triggers of the connection alone: no writer can
   * forget to tell, and the schema stays the same on every engine.
   */
  watch({ table, column, changes }: RowWatch, listener: (id: number) => void): void {
    this.#watches += 1;
    const name = `written_${this.#watches}`;
    this.#database.function(name, (before: unknown, after: unknown) => {
      if (typeof before === 'number') listener(before);
      if (typeof after === 'number' && after !== before) listener(after);
      return null;
    });
    const update = changes ? `update of "${changes.join('", "')}"` : 'update';
    const events = [
      ['insert', 'null', `new."${column}"`],
      [update, `old."${column}"`, `new."${column}"`],
      ['delete', `old."${column}"`, 'null'],
    ] as const;
    for (const [index, [event, before, after]] of events.entries()) {
      this.#database.exec(
        `create temp trigger ${name}_${index} after ${event} on "${table}" begin select ${name}(${before}, ${after}); end`,
      );
    }
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
