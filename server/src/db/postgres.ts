import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

const int8 = 20;

/** Limits in ms: above each, a statement or a wait ends with an error instead of holding a request. */
const limits = { connect: 5000, statement: 5000, lock: 4000, idleInTransaction: 15_000 };

type Options = {
  /** Every transaction as if it ran alone; CockroachDB knows no other. */
  isSerializable: boolean;
  poolSize: number;
};

/** PostgreSQL and CockroachDB, which speaks the same protocol. */
export function postgresDialect(url: string, { isSerializable, poolSize }: Options): Dialect {
  const pool = new pg.Pool({
    connectionString: url.replace(/^cockroachdb:/, 'postgres:'),
    max: poolSize,
    connectionTimeoutMillis: limits.connect,
    idleTimeoutMillis: 30_000,
    statement_timeout: limits.statement,
    // The server may be gone without a word; then its own limit never fires.
    query_timeout: limits.statement + 2000,
    lock_timeout: limits.lock,
    idle_in_transaction_session_timeout: limits.idleInTransaction,
    keepAlive: true,
    options: isSerializable ? '-c default_transaction_isolation=serializable' : undefined,
    types: { getTypeParser },
  });
  // A connection that breaks while nobody uses it is replaced at the next query.
  pool.on('error', () => {});
  return new PostgresDialect({ pool });
}

/** 64-bit integers are keys and counts below 2^53 here, so numbers can hold them. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === int8) return Number;
  return format === 'binary'
    ? pg.types.getTypeParser(oid, 'binary')
    : pg.types.getTypeParser(oid, 'text');
}
