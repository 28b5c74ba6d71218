import { sql } from 'kysely';
import type { Database, EngineName } from './database.ts';

/** Names of all tables in the database, Rookery's or not. */
export async function listTables(database: Database): Promise<string[]> {
  const { rows } = await tablesOf[database.engine].execute(database.kysely);
  return rows.map(({ name }) => name).sort();
}

const publicTables = sql<{ name: string }>`
  select tablename as name from pg_catalog.pg_tables where schemaname = current_schema()`;

const tablesOf: Record<EngineName, ReturnType<typeof sql<{ name: string }>>> = {
  sqlite: sql`select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`,
  postgres: publicTables,
  cockroachdb: publicTables,
  mysql: sql`
    select table_name as name from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE'`,
};

/** Statements between which tables may be dropped in any order. */
const withoutForeignKeys: Record<EngineName, { before: string; after: string } | null> = {
  sqlite: { before: 'pragma foreign_keys = off', after: 'pragma foreign_keys = on' },
  postgres: null,
  cockroachdb: null,
  mysql: { before: 'set foreign_key_checks = 0', after: 'set foreign_key_checks = 1' },
};

/** Drops tables with their data: all, or those that are named. */
export async function dropTables(database: Database, named?: readonly string[]): Promise<void> {
  const tables = named ?? (await listTables(database));
  const around = withoutForeignKeys[database.engine];
  const cascade = around ? '' : ' cascade';
  await database.kysely.connection().execute(async (connection) => {
    if (around) await sql.raw(around.before).execute(connection);
    for (const table of tables) {
      await sql`drop table ${sql.table(table)}${sql.raw(cascade)}`.execute(connection);
    }
    if (around) await sql.raw(around.after).execute(connection);
  });
}
