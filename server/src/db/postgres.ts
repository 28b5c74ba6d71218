import {
  type ColumnDefinitionNode,
  CompiledQuery,
  type DatabaseConnection,
  DataTypeNode,
  type Dialect,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  PostgresQueryCompiler,
  type QueryCompiler,
  type TransactionSettings,
} from 'kysely';
import type pg from 'pg';
import { postgresClient } from './clients.ts';
import { carefulPool } from './postgres-pool.ts';
import { connectMs, lockWaitMs, serverStatementMs, statementMs } from './statement-limits.ts';
import { type ProtectedAddress, tlsOf } from './tls.ts';

const int8 = 20;

/**
 * Limits in ms: above each, a statement or a wait ends with an error instead of holding a request. They are parameters with
 * which a connection begins, or where a pooler refuses those, the first words of each transaction.
 */
const serverLimits = {
  statement_timeout: serverStatementMs,
  lock_timeout: lockWaitMs,
  idle_in_transaction_session_timeout: 15_000,
};

/** What the database's own settings may have limited. */
const noLimits = { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };

type Options = {
  /** Every transaction as if it ran alone; CockroachDB knows no other. */
  isSerializable: boolean;
  poolSize: number;
  /** True for work on the schema: an index takes its time, and so does the migrator that comes second. */
  isPatient: boolean;
};

/**
 * PostgreSQL and CockroachDB, which speaks the same protocol.
 * @throws DatabaseError when the address asks for TLS in a way that cannot be had
 */
export function postgresDialect(url: string, options: Options): Dialect {
  const address = tlsOf(url.replace(/^cockroachdb:/, 'postgres:'));
  const { isSerializable, isPatient } = options;
  const pool = carefulPool({
    open: ({ hasParameters }) => openPool(address, { ...options, hasParameters }),
    statementMs: isPatient ? Number.POSITIVE_INFINITY : statementMs,
    hasNames: !isPatient,
  });
  const begin = isSerializable ? 'begin isolation level serializable' : 'begin';
  const limited = [begin, ...Object.entries(isPatient ? noLimits : serverLimits).map(setLocal)];
  const config = {
    pool,
    begin: () => (pool.isWithoutParameters() ? limited.join('; ') : begin),
  };
  const dialect = isSerializable ? new OwnPostgresDialect(config) : new BytewiseDialect(config);
  return Object.assign(dialect, { load: () => pool.load() });
}

function openPool(
  { url, ssl, isDirect }: ProtectedAddress,
  { isPatient, poolSize, hasParameters }: Options & { hasParameters: boolean },
): pg.Pool {
  const { Pool } = postgresClient();
  const pool = new Pool({
    connectionString: url,
    ...(ssl === undefined ? {} : { ssl }),
    ...(isDirect ? { sslnegotiation: 'direct' } : {}),
    max: poolSize,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    ...(isPatient || !hasParameters ? {} : serverLimits),
    keepAlive: true,
    types: { getTypeParser },
  });
  // A connection that breaks while nobody uses it is replaced at the next query.
  pool.on('error', () => {});
  // One that breaks between two statements of a transaction has no query to fail: the next one does. Unheard, it would
  // end the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  return pool;
}

function setLocal([name, ms]: [string, number]): string {
  return `set local ${name} = ${ms}`;
}

type OwnConfig = PostgresDialectConfig & { begin: () => string };

class OwnPostgresDialect extends PostgresDialect {
  readonly #config: OwnConfig;

  constructor(config: OwnConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new OwnPostgresDriver(this.#config);
  }
}

class OwnPostgresDriver extends PostgresDriver {
  readonly #begin: () => string;

  constructor({ begin, ...config }: OwnConfig) {
    super(config);
    this.#begin = begin;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    if (settings.isolationLevel) await super.beginTransaction(connection, settings);
    else await connection.executeQuery(CompiledQuery.raw(this.#begin()));
  }
}

/**
 * Compares text byte by byte, as the other engines do, whatever the language of the database: else the names that begin
 * with some letters would not stand together in an index. CockroachDB does so by itself.
 */
class BytewiseDialect extends OwnPostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new BytewiseCompiler();
  }
}

class BytewiseCompiler extends PostgresQueryCompiler {
  protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
    super.visitColumnDefinition(node);
    const { dataType } = node;
    if (DataTypeNode.is(dataType) && dataType.dataType.startsWith('varchar')) {
      this.append(' collate "C"');
    }
  }
}

/** 64-bit integers are keys and counts below 2^53 here, so numbers can hold them. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === int8) return Number;
  const { types } = postgresClient();
  return format === 'binary'
    ? types.getTypeParser(oid, 'binary')
    : types.getTypeParser(oid, 'text');
}
