import { MysqlAdapter, PostgresAdapter, SqliteAdapter } from 'kysely';
import type { Db } from './tx.ts';

/** Whether a query may join each row with the result of a query about it (`LATERAL`). MariaDB and SQLite cannot. */
export function hasLateral(db: Db): boolean {
  return isPostgres(db);
}

export function isSqlite(db: Pick<Db, 'getExecutor'>): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter;
}

export function isPostgres(db: Pick<Db, 'getExecutor'>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

export function isMysql(db: Pick<Db, 'getExecutor'>): boolean {
  return db.getExecutor().adapter instanceof MysqlAdapter;
}
