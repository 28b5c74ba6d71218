import {
  type CompiledQuery,
  type Dialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type ValueNode,
} from 'kysely';
import type { Counted } from './connection-load.ts';
import type { RowListener, RowWatch } from './row-watch.ts';
import { SqliteDriver } from './sqlite-driver.ts';

type SqliteEngine = {
  dialect: Dialect;
  watchRows(watch: RowWatch, listener: RowListener): void;
  noticeOthers(): void;
  takeWorkerSeat(): boolean;
  commitUnderWay(): Promise<void>;
};

/**
 * SQLite in one file, or in memory for `:memory:` and for an image, through one connection that one caller holds at a time.
 * Every commit is synced to disk before it is acknowledged; writers of one moment share it.
 */
export function sqliteEngine(file: string | Buffer): SqliteEngine {
  const driver = new SqliteDriver(file);
  const dialect: Dialect & Counted = {
    load: () => driver.load(),
    createDriver: () => driver,
    createQueryCompiler: () => new StablePlanCompiler(),
    createAdapter: () => new QueueingAdapter(driver),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
  return {
    dialect,
    watchRows: (watch, listener) => driver.watchRows(watch, listener),
    noticeOthers: () => driver.noticeOthers(),
    takeWorkerSeat: () => driver.takeWorkerSeat(),
    commitUnderWay: () => driver.commitUnderWay(),
  };
}

/** Kysely would put its own queue before the driver, and the driver could not see who waits. */
class QueueingAdapter extends SqliteAdapter {
  readonly #driver: SqliteDriver;

  constructor(driver: SqliteDriver) {
    super();
    this.#driver = driver;
  }

  readAtOnce(db: object, sql: string, parameters: readonly unknown[]): unknown[] | null {
    return this.#driver.readAtOnce(db, sql, parameters);
  }

  writeAtOnce(tx: object, sql: string, parameters: readonly unknown[]): number | null {
    return this.#driver.writeAtOnce(tx, sql, parameters);
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
 * Runs a read without waiting for its turn, when nobody has the connection, or the transaction has it whose read this is: the turns
 * of a request's few reads cost as much as their searches.
 * @param adapter that of the database or transaction
 * @returns null when it must wait, or when it is no SQLite
 */
export function readAtOnce(
  db: object,
  adapter: object,
  { sql, parameters }: CompiledQuery,
): unknown[] | null {
  return adapter instanceof QueueingAdapter ? adapter.readAtOnce(db, sql, parameters) : null;
}

/**
 * Runs a write of a transaction that has the connection.
 * @returns how many rows it wrote; null when it is no SQLite
 */
export function writeAtOnce(
  tx: object,
  adapter: object,
  { sql, parameters }: CompiledQuery,
): number | null {
  return adapter instanceof QueueingAdapter ? adapter.writeAtOnce(tx, sql, parameters) : null;
}

/**
 * The library's SQLite is built with STAT4, which compiles a statement again at every execution when a bound value is
 * compared with an indexed column: that costs several times the search itself. It does not look into a subquery.
 */
class StablePlanCompiler extends SqliteQueryCompiler {
  protected override visitValue(node: ValueNode): void {
    if (node.immediate) return super.visitValue(node);
    this.append('(select ');
    super.visitValue(node);
    this.append(')');
  }
}
