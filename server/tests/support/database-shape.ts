import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';
import { listTables } from '../../src/db/reset.ts';

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
  const shape = await (database.engine === 'sqlite' ? shapeOfSqlite : shapeOfServer)(database);
  const isOurs = ({ table }: { table: string }) => table !== 'migrations';
  delete shape.keys.migrations;
  return {
    columns: shape.columns.filter(isOurs),
    keys: shape.keys,
    foreignKeys: shape.foreignKeys.filter(isOurs),
  };
}

async function shapeOfSqlite(database: Database): Promise<Shape> {
  const shape: Shape = { columns: [], keys: {}, foreignKeys: [] };
  for (const table of await listTables(database)) {
    const columns = await sql<{ name: string; type: string; notnull: number; pk: number }>`
      select name, type, "notnull", pk from pragma_table_info(${table}) order by cid`.execute(
      database.kysely,
    );
    for (const { name, type, notnull } of columns.rows) {
      shape.columns.push({ table, column: name, type: plain(type), isNullable: notnull === 0 });
    }
    const inKey = columns.rows.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    shape.keys[table] = inKey.map(({ name }) => name);
    const parents = await sql<{ column: string; parent: string }>`
      select "from" as "column", "table" as parent from pragma_foreign_key_list(${table})`.execute(
      database.kysely,
    );
    shape.foreignKeys.push(...parents.rows.map((row) => ({ table, ...row })));
  }
  return shape;
}

async function shapeOfServer(database: Database): Promise<Shape> {
  const isMysql = database.engine === 'mysql';
  const schema = isMysql ? sql`database()` : sql`current_schema()`;
  const columns = await sql<{
    in_table: string;
    name: string;
    type: string;
    letters: number | null;
    nulls: string;
  }>`select table_name as in_table, column_name as name, data_type as type,
      character_maximum_length as letters, is_nullable as nulls
    from information_schema.columns where table_schema = ${schema}
    order by table_name, ordinal_position`.execute(database.kysely);
  const inKeys = await sql<{ in_table: string; name: string }>`
    select k.table_name as in_table, k.column_name as name
    from information_schema.key_column_usage k
    join information_schema.table_constraints c on c.constraint_name = k.constraint_name
      and c.table_schema = k.table_schema and c.table_name = k.table_name
    where k.table_schema = ${schema} and c.constraint_type = 'PRIMARY KEY'
    order by k.table_name, k.ordinal_position`.execute(database.kysely);
  const { rows: foreignKeys } = await (isMysql ? parentsInMysql : parentsInPostgres).execute(
    database.kysely,
  );
  return {
    columns: columns.rows.map(({ in_table, name, type, letters, nulls }) => ({
      table: in_table,
      column: name,
      type: plain(type, letters),
      isNullable: nulls === 'YES',
    })),
    keys: Object.fromEntries(
      Object.entries(Object.groupBy(inKeys.rows, (row) => row.in_table)).map(([table, rows]) => [
        table,
        (rows ?? []).map(({ name }) => name),
      ]),
    ),
    foreignKeys: foreignKeys.map((row) => ({
      table: row.in_table,
      column: row.name,
      parent: row.parent,
    })),
  };
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

function plain(type: string, letters: number | null = null): string {
  const name = type.toLowerCase().replace('character varying', 'varchar');
  if (name === 'varchar') return `varchar(${letters})`;
  if (name === 'int') return 'integer';
  return name === 'double precision' ? 'double' : name;
}
