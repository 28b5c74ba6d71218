import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import type { Column } from '../../src/db/tables/table.ts';
import { tableNames, tables } from '../../src/db/tables.ts';
import { readShape, type Shape } from '../support/database-shape.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

const columns = tableNames.flatMap((table) =>
  Object.entries<Column>(tables[table].columns).map(([name, column]) => ({ table, name, column })),
);

/** Whole numbers that are ids of no one table. */
const idsOfSeveralTables = [
  'idempotency_keys.result_id',
  'id_ranges.next_id',
  'outbox.event_id',
  'done_events.event_id',
];

describe('the catalogue of tables', () => {
  let test: TestDatabase;
  let database: Database;
  let shape: Shape;

  beforeAll(async () => {
    test = await emptyDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url);
    await migrateUp(database);
    shape = await readShape(database);
  });

  afterAll(async () => {
    await database.close();
    test.release();
  });

  it('has the columns of the migrated database, with what they hold', () => {
    const catalogued = columns.map(
      ({ table, name, column }) =>
        `${table}.${name} ${typeOf(column)}${column.isNullable ? ' null' : ''}`,
    );
    const migrated = shape.columns.map(
      ({ table, column, type, isNullable }) =>
        `${table}.${column} ${lengthless(table, column, type)}${isNullable ? ' null' : ''}`,
    );

    expect(catalogued.sort()).toEqual(migrated.sort());
  });

  it('has the primary keys of the migrated database', () => {
    const keys = tableNames.map((table) => [table, tables[table].key]);

    expect(Object.fromEntries(keys)).toEqual(shape.keys);
  });

  it('names parents before the tables that refer to them', () => {
    const place = (table: string) => (tableNames as readonly string[]).indexOf(table);
    const tooEarly = shape.foreignKeys.filter(({ table, parent }) => place(parent) >= place(table));

    expect(shape.foreignKeys.length).toBeGreaterThan(20);
    expect(tooEarly).toEqual([]);
  });

  it('says of every id which table it refers to, as the foreign keys do', () => {
    const ids = columns.filter(
      ({ table, name, column }) =>
        name.endsWith('_id') &&
        (column.kind === 'integer' || column.kind === 'bigint') &&
        !idsOfSeveralTables.includes(`${table}.${name}`),
    );
    const unknown = ids.filter(({ column }) => !isTable(column.refersTo));
    const enforced = shape.foreignKeys.map(({ table, column, parent }) => {
      const known = columns.find((c) => c.table === table && c.name === column);
      return [table, column, parent, known?.column.refersTo];
    });

    expect(unknown).toEqual([]);
    expect(enforced.filter(([, , parent, refersTo]) => parent !== refersTo)).toEqual([]);
  });

  it('says of everything that names an account what a purge does with it', () => {
    const silent = columns.filter(
      ({ column }) => (column.refersTo === 'accounts') !== (column.atPurge !== null),
    );
    const owners = tableNames.filter((table) => {
      const { owner, columns: all } = tables[table];
      return owner !== null && (all as Record<string, Column>)[owner]?.refersTo !== 'accounts';
    });

    expect(silent).toEqual([]);
    expect(owners).toEqual([]);
  });

  /** SQLite keeps texts of any length, and lengths of listed values are free. */
  function lengthless(table: string, name: string, type: string): string {
    const known = columns.find((c) => c.table === table && c.name === name);
    const hasValues = known?.column.values !== null;
    if (database.engine === 'sqlite')
      return type.replace(/^varchar.*/, 'varchar').replace('bigint', 'integer');
    return hasValues ? type.replace(/^varchar.*/, 'varchar') : type;
  }

  function typeOf({ kind, maxLength, values }: Column): string {
    if (values) return 'varchar';
    const letters = kind === 'time' ? 24 : maxLength;
    if (letters !== null) return database.engine === 'sqlite' ? 'varchar' : `varchar(${letters})`;
    if (kind === 'flag') return 'integer';
    // SQLite keeps 64 bits in both, and cannot change the type of a column.
    if (kind === 'bigint' && database.engine === 'sqlite') return 'integer';
    return kind === 'json' ? 'text' : kind;
  }
});

function isTable(name: string | null): boolean {
  return (tableNames as readonly (string | null)[]).includes(name);
}
