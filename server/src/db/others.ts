import { sql } from 'kysely';
import type { Database, EngineName } from './database.ts';

/**
 * How many connections others have to a server database right now. A process that only serves requests closes its
 * connections when it has nothing to do, and is not seen then.
 */
export async function countOthers(database: Database): Promise<number> {
  if (database.engine === 'sqlite') return 0;
  const { rows } = await connections[database.engine].execute(database.kysely);
  return Number(rows[0]?.n);
}

type Count = { n: number | string };

const postgresConnections = sql<Count>`
  select count(*) as n from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

const connections: Record<Exclude<EngineName, 'sqlite'>, ReturnType<typeof sql<Count>>> = {
  postgres: postgresConnections,
  // The view is there and always empty: nobody is seen.
  cockroachdb: postgresConnections,
  mysql: sql<Count>`
    select count(*) as n from information_schema.processlist
    where db = database() and id <> connection_id()`,
};
