import {
  CompiledQuery,
  type CreateTableNode,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  MysqlDialect,
  type MysqlDialectConfig,
  MysqlDriver,
  MysqlQueryCompiler,
  type QueryCompiler,
} from 'kysely';
import { mysqlClient } from './clients.ts';
import type { ConnectionLoad } from './connection-load.ts';
import { limitedPool } from './mysql-pool.ts';
import { isEndOfConnection, isReadOnly } from './outages.ts';
import { connectMs, lockWaitMs, serverStatementMs, statementMs } from './statement-limits.ts';
import { tlsOf } from './tls.ts';

/** MariaDB limits every statement, in seconds; MySQL reads alone, in ms. Each takes the words for the other for a comment. */
const statementLimit = `/*M!100101 , max_statement_time = ${serverStatementMs / 1000} */ /*!50708 , max_execution_time = ${serverStatementMs} */`;

/** For each connection: what has to be the same whatever the server's own settings are. */
function sessionSettings(isPatient: boolean): string[] {
  return [
    // Reads see what is committed, as on PostgreSQL; gaps between rows are not locked.
    'set session transaction isolation level read committed',
    `set session innodb_lock_wait_timeout = ${lockWaitMs / 1000} ${isPatient ? '' : statementLimit}`,
    "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  ];
}

type Options = {
  poolSize: number;
  /** True for work on the schema, which may take as long as it takes. */
  isPatient: boolean;
};

/**
 * MySQL and MariaDB.
 * @throws DatabaseError when the address asks for TLS in a way that cannot be had
 */
export function mysqlDialect(address: string, { poolSize, isPatient }: Options): Dialect {
  const { url, ssl } = tlsOf(address);
  const pool = mysqlClient().createPool({
    uri: url,
    ...(ssl ? { ssl } : {}),
    connectionLimit: poolSize,
    maxIdle: poolSize,
    idleTimeout: 30_000,
    connectTimeout: connectMs,
    enableKeepAlive: true,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    // 64-bit integers are keys and counts below 2^53 here, so numbers can hold them.
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: true,
    // Of each connection, so that all of them together stay far below `max_prepared_stmt_count`.
    maxPreparedStatements: 200,
  });
  const dialect = new ExactMysqlDialect({
    pool: limitedPool(pool, isPatient ? Number.POSITIVE_INFINITY : statementMs),
    onCreateConnection: async (connection) => {
      try {
        for (const text of sessionSettings(isPatient)) {
          await connection.executeQuery(CompiledQuery.raw(text));
        }
      } catch (error) {
        // Nobody was given it, so nobody would give it back.
        await connection.killSession?.(async () => {});
        throw error;
      }
    },
  });
  return Object.assign(dialect, { load: () => loadOfPool(pool) });
}

/** The library counts for itself alone. */
type Inside = Record<
  '_allConnections' | '_freeConnections' | '_connectionQueue',
  { length: number }
>;

function loadOfPool(pool: object): ConnectionLoad {
  const { _allConnections: all, _freeConnections: free, _connectionQueue: queue } = pool as Inside;
  return { busy: all.length - free.length, idle: free.length, waiting: queue.length };
}

/** Compares text byte by byte, as the other engines do: folding is done by the domain, the same everywhere. */
class ExactMysqlDialect extends MysqlDialect {
  readonly #config: MysqlDialectConfig;

  constructor(config: MysqlDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new CarefulMysqlDriver(this.#config);
  }

  override createQueryCompiler(): QueryCompiler {
    return new ExactMysqlCompiler();
  }
}

/** After one connection was found to be read-only, the others of the pool are closed too; at most this often. */
const renewEveryMs = 1000;

/** The library does not export it. */
type Connection = Parameters<MysqlDriver['releaseConnection']>[0];

class CarefulMysqlDriver extends MysqlDriver {
  readonly #since = new WeakMap<Connection, number>();
  readonly #bad = new WeakSet<Connection>();
  #renewedAt = Number.NEGATIVE_INFINITY;

  /** Gives none away that came with one which turned out to be read-only: it may lead to the same standby. */
  override async acquireConnection(): Promise<Connection> {
    for (;;) {
      const connection = (await super.acquireConnection()) as Connection;
      if (!this.#since.has(connection)) this.#watch(connection);
      if ((this.#since.get(connection) ?? 0) >= this.#renewedAt) return connection;
      this.#bad.add(connection);
      await this.releaseConnection(connection);
    }
  }

  override async releaseConnection(connection: Connection): Promise<void> {
    if (this.#bad.has(connection)) await connection.killSession?.(async () => {});
    await super.releaseConnection(connection);
  }

  #watch(connection: Connection): void {
    this.#since.set(connection, performance.now());
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = async <O>(query: CompiledQuery) => {
      try {
        return await execute<O>(query);
      } catch (error) {
        if (isEndOfConnection(error)) this.#bad.add(connection);
        if (isReadOnly(error) && performance.now() - this.#renewedAt > renewEveryMs) {
          this.#renewedAt = performance.now();
        }
        throw error;
      }
    };
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch {
      // A Galera node that has left its cluster refuses even this. The next `begin` on the connection would commit what
      // is half done, so the connection is closed, upon which the server rolls back by itself.
      await connection.killSession?.(async () => {});
    }
  }
}

class ExactMysqlCompiler extends MysqlQueryCompiler {
  protected override visitCreateTable(node: CreateTableNode): void {
    super.visitCreateTable(node);
    this.append(' engine = InnoDB character set utf8mb4 collate utf8mb4_bin');
  }
}
