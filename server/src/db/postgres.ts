import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type Dialect,
  PostgresDialect,
  PostgresQueryCompiler,
  type QueryCompiler,
} from 'kysely';
import pg from 'pg';

const int8 = 20;

const connectTimeoutMs = 5000;

/** Limits in ms: above each, a statement or a wait ends with an error instead of holding a request. */
const requestLimits = {
  statement_timeout: 5000,
  // The server may be gone without a word; then its own limit never fires.
  query_timeout: 7000,
  lock_timeout: 4000,
  idle_in_transaction_session_timeout: 15_000,
};

type Options = {
  /** Every transaction as if it ran alone; CockroachDB knows no other. */
  isSerializable: boolean;
  poolSize: number;
  /** True for work on the schema: an index takes its time, and so does the migrator that comes second. */
  isPatient: boolean;
};

/** PostgreSQL and CockroachDB, which speaks the same protocol. */
export function postgresDialect(
  url: string,
  { isSerializable, isPatient, poolSize }: Options,
): Dialect {
  const pool = new pg.Pool({
    connectionString: url.replace(/^cockroachdb:/, 'postgres:'),
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    ...(isPatient ? {} : requestLimits),
    keepAlive: true,
    options: isSerializable ? '-c default_transaction_isolation=serializable' : undefined,
    types: { getTypeParser },
  });
  // A connection that breaks while nobody uses it is replaced at the next query.
  pool.on('error', () => {});
  // One that breaks between two statements of a transaction has no query to fail: the next one does. Unheard, it would
  // end the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  return isSerializable ? new PostgresDialect({ pool }) : new BytewiseDialect({ pool });
}

/**
 * Compares text byte by byte, as the other engines do, whatever the language of the database: else the names that begin
 * with some letters would not stand together in an index. CockroachDB does so by itself.
 */
class BytewiseDialect extends PostgresDialect {
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
  return format === 'binary'
    ? pg.types.getTypeParser(oid, 'binary')
    : pg.types.getTypeParser(oid, 'text');
}
