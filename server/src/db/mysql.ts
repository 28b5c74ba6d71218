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
import mysql from 'mysql2';

const connectTimeoutMs = 5000;

/** For each connection: what has to be the same whatever the server's own settings are. */
const sessionSettings = [
  // Reads see what is committed, as on PostgreSQL; gaps between rows are not locked.
  'set session transaction isolation level read committed',
  'set session innodb_lock_wait_timeout = 4',
  "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
];

/** MySQL and MariaDB. */
export function mysqlDialect(url: string, { poolSize }: { poolSize: number }): Dialect {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit: poolSize,
    maxIdle: poolSize,
    idleTimeout: 30_000,
    connectTimeout: connectTimeoutMs,
    enableKeepAlive: true,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    // 64-bit integers are keys and counts below 2^53 here, so numbers can hold them.
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: true,
  });
  return new ExactMysqlDialect({
    pool,
    onCreateConnection: async (connection) => {
      for (const sql of sessionSettings) await connection.executeQuery(CompiledQuery.raw(sql));
    },
  });
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

class CarefulMysqlDriver extends MysqlDriver {
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
