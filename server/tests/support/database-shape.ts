import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';

export type ShapeOfColumn = {
  table: string;
  column: string;
  /** `integer`, `bigint`, `double`, `text`, or `varchar` with its length. */
  type: string;
  isNullable: boolean;
};

export type ForeignKey = { table: string; column: string; parent: string };

/** What a database says of itself, in the same words on every engine. */
export type Shape = {
  columns: ShapeOfColumn[];
  /** Columns of each table's primary key, in its order. */
  keys: Record<string, string[]>;
  foreignKeys: ForeignKey[];
};

/** Reads the shape of all tables but the record of the migrations. */
export async function readShape(database: Database): Promise<Shape> {
  const isSqlite = database.engine === 'sqlite';
  const columns = await readColumns(database);
  const keys = await (isSqlite ? keysOfSqlite : keysOfServer)(database);
  const foreignKeys = await (isSqlite ? parentsOfSqlite : parentsOfServer)(database);
  const inTables = Object.groupBy(keys.filter(isOurs), ({ table }) => table);
  return {
    columns,
    keys: Object.fromEntries(
      Object.entries(inTables).map(([table, some = []]) => [table, some.map((key) => key.column)]),
    ),
    foreignKeys: foreignKeys.filter(isOurs),
  };
}

/** Reads the columns of all tables but the record of the migrations. */
export async function readColumns(database: Database): Promise<ShapeOfColumn[]> {
  const columns = await (database.engine === 'sqlite' ? columnsOfSqlite : columnsOfServer)(
    database,
  );
  return columns.filter(isOurs);
}

function isOurs({ table }: { table: string }): boolean {
  return table !== 'migrations';
}

type KeyColumn = { table: string; column: string };

const sqliteTables = sql`(select name from sqlite_master where type = 'table') t`;

async function columnsOfSqlite({ kysely }: Database): Promise<ShapeOfColumn[]> {
  const { rows } = await sql<{ table: string; column: string; type: string; notnull: number }>`
    select t.name as "table", c.name as "column", type, "notnull"
    from ${sqliteTables}, pragma_table_info(t.name) c`.execute(kysely);
  return rows.map(({ notnull, type, ...place }) => ({
    ...place,
    type: plain(type),
    isNullable: notnull === 0,
  }));
}

async function keysOfSqlite({ kysely }: Database): Promise<KeyColumn[]> {
  const { rows } = await sql<KeyColumn>`select t.name as "table", c.name as "column"
    from ${sqliteTables}, pragma_table_info(t.name) c where c.pk > 0 order by t.name, c.pk`.execute(
    kysely,
  );
  return rows;
}

async function parentsOfSqlite({ kysely }: Database): Promise<ForeignKey[]> {
  const { rows } = await sql<ForeignKey>`
    select t.name as "table", k."from" as "column", k."table" as parent
    from ${sqliteTables}, pragma_foreign_key_list(t.name) k`.execute(kysely);
  return rows;
}

function schemaOf({ engine }: Database) {
  return engine === 'mysql' ? sql`database()` : sql`current_schema()`;
}

async function columnsOfServer(database: Database): Promise<ShapeOfColumn[]> {
  type Row = { in_table: string; name: string; type: string; length: number | null; nulls: string };
  const { rows } = await sql<Row>`
    select table_name as in_table, column_name as name, data_type as type,
      character_maximum_length as length, is_nullable as nulls
    from information_schema.columns where table_schema = ${schemaOf(database)}`.execute(
    database.kysely,
  );
  return rows.map(({ in_table, name, type, length, nulls }) => ({
    table: in_table,
    column: name,
    type: plain(type, length),
    isNullable: nulls === 'YES',
  }));
}

async function keysOfServer(database: Database): Promise<KeyColumn[]> {
  const { rows } = await sql<{ in_table: string; name: string }>`
    select k.table_name as in_table, k.column_name as name
    from information_schema.key_column_usage k
    join information_schema.table_constraints c on c.constraint_name = k.constraint_name
      and c.table_schema = k.table_schema and c.table_name = k.table_name
    where k.table_schema = ${schemaOf(database)} and c.constraint_type = 'PRIMARY KEY'
    order by k.table_name, k.ordinal_position`.execute(database.kysely);
  return rows.map(({ in_table, name }) => ({ table: in_table, column: name }));
}

async function parentsOfServer({ engine, kysely }: Database): Promise<ForeignKey[]> {
  const { rows } = await (engine === 'mysql' ? parentsInMysql : parentsInPostgres).execute(kysely);
  return rows.map(({ in_table, name, parent }) => ({ table: in_table, column: name, parent }));
}

type ParentRow = { in_table: string; name: string; parent: string };

const parentsInMysql = sql<ParentRow>`
  select table_name as in_table, column_name as name, referenced_table_name as parent
  from information_schema.key_column_usage
  where table_schema = database() and referenced_table_name is not null`;

/** Every foreign key here has one column. */
const parentsInPostgres = sql<ParentRow>`
  select child.relname as in_table, a.attname as name, parent.relname as parent
  from pg_catalog.pg_constraint c
  join pg_catalog.pg_class child on child.oid = c.conrelid
  join pg_catalog.pg_class parent on parent.oid = c.confrelid
  join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
  where c.contype = 'f' and child.relnamespace = current_schema()::regnamespace`;

function plain(type: string, length: number | null = null): string {
  const name = type.toLowerCase().replace('character varying', 'varchar');
  if (name === 'varchar') return `varchar(${length})`;
  if (name === 'int') return 'integer';
  return name === 'double precision' ? 'double' : name;
}
