import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../src/db/database.ts';
import { microsecondsOf } from './processes.ts';

/** What a database server on this machine has computed for one database. */
export type DatabaseCpu = {
  /** User and system time so far of all that serve it; null where it cannot be read. */
  read(): Promise<number | null>;
  close(): Promise<void>;
};

/** For the database that an address names; what its connections cost is counted while they are open. */
export function databaseCpu(url: string): DatabaseCpu {
  const database = openDatabase(url, 1);
  const last = new Map<number, number>();
  let total = 0;
  return {
    async read() {
      try {
        for (const id of await servingIds(database)) {
          const now = threadMicroseconds(id);
          // One that was not there before may be older than this database: only what follows counts.
          total += now - (last.get(id) ?? now);
          last.set(id, now);
        }
        return total;
      } catch {
        return null;
      }
    },
    close: () => database.close(),
  };
}

/** The processes of PostgreSQL, or the threads of MariaDB and MySQL, that serve others' connections to this database. */
async function servingIds({ engine, kysely }: Database): Promise<number[]> {
  const lists =
    engine === 'mysql'
      ? [
          sql<{ id: number }>`select tid as id from information_schema.processlist
            where db = database() and id <> connection_id()`,
          sql<{ id: number }>`select thread_os_id as id from performance_schema.threads
            where processlist_db = database() and processlist_id <> connection_id()`,
        ]
      : [
          sql<{ id: number }>`select pid as id from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()`,
        ];
  for (const list of lists) {
    const result = await list.execute(kysely).catch(() => null);
    if (result) return result.rows.map(({ id }) => id);
  }
  throw new Error('The server does not tell which threads serve a database.');
}

function threadMicroseconds(id: number): number {
  return microsecondsOf(readFileSync(`/proc/${id}/task/${id}/stat`, 'utf8'));
}
