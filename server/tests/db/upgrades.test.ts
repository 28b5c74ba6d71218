import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { tableNames, tables } from '../../src/db/tables.ts';
import { readColumns } from '../support/database-shape.ts';
import { bareDatabase, type TestDatabase } from '../support/databases.ts';
import { insertRows } from '../support/insert-rows.ts';
import { type Row, type Rows, sampleRows } from '../support/sample-rows.ts';
import { stepEffects } from '../support/step-effects.ts';

// Data of an old version are made from the catalogue of today, less the tables and columns that the version did not have. So
// each new table and column is in the next version's data by itself, and nothing has to be kept for each version.

const versions = migrations.map(({ name }) => name);
const newest = versions.at(-1) ?? '';

/** Each step changes tables that have rows; MariaDB writes every change to the disk. */
const slow = { timeout: 60_000 };

describe('a database with data of an older version', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await bareDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  /** Writes data at some versions, oldest first, on the way to the newest. Returns the rows that there should be then. */
  async function upgradeThrough(withData: readonly string[]): Promise<Rows> {
    const expected: Rows = Object.fromEntries(tableNames.map((table) => [table, []]));
    let reached = 0;
    for (const version of new Set([...withData, newest])) {
      await migrateUp(database, version);
      const place = versions.indexOf(version) + 1;
      for (const step of versions.slice(reached, place)) stepEffects[step]?.(expected);
      reached = place;
      if (!withData.includes(version)) continue;
      const rows = await rowsOf(database, place * 10);
      await insertRows(database, rows);
      for (const [table, some] of Object.entries(rows)) expected[table]?.push(...some);
    }
    return expected;
  }

  it('keeps the rows of every version', slow, async () => {
    const expected = await upgradeThrough(versions);

    expect(await readRows(database)).toEqual(sorted(expected));
  });

  // Several steps in one transaction meet rows that the same transaction has changed. MySQL has no such transactions, and
  // those of CockroachDB's dialect are PostgreSQL's.
  it
    .runIf(['sqlite', 'postgres'].includes(process.env.TEST_DATABASE ?? 'sqlite'))
    .each(versions.slice(0, -1))('is upgraded from %s at once', slow, async (version) => {
    const expected = await upgradeThrough([version]);

    expect(await readRows(database)).toEqual(sorted(expected));
  });
});

/** Data of the version that the database has, with cases that steps treat in a special way. */
async function rowsOf(database: Database, base: number): Promise<Rows> {
  const rows = withSpecialCases(sampleRows(base), base);
  const known = Object.groupBy(await readColumns(database), ({ table }) => table);
  const entries = Object.entries(rows).flatMap(([table, some]) => {
    const types = Object.fromEntries(known[table]?.map(({ column, type }) => [column, type]) ?? []);
    return known[table] ? [[table, some.map((row) => asKept(row, types))]] : [];
  });
  return Object.fromEntries(entries);
}

function withSpecialCases(rows: Rows, base: number): Rows {
  const [alice, bob] = rows.accounts ?? [];
  // Alice is disabled, bob was disabled and has closed the account, carla is neither.
  Object.assign(alice ?? {}, { deleted_at: null });
  // Both spellings of bob's address are taken.
  const emails = [
    [alice, `alice${base}@bücher.example`],
    [bob, `bob${base}@bücher.example`],
    [bob, `bob${base}@xn--bcher-kva.example`],
  ] as const;
  for (const [account, name_key] of emails) {
    rows.account_names?.push({ name_key, account_id: account?.id ?? null, kind: 'email' });
  }
  // Invites, one of them of an account that is gone.
  for (const [i, invitedBy] of [base + 1, 9999].entries()) {
    const [sample = {}] = rows.verifications ?? [];
    const invite = { id: base + 4 + i, account_id: null, session_id: null, purpose: 'invite' };
    rows.verifications?.push({ ...sample, ...invite, details: JSON.stringify({ invitedBy }) });
  }
  return rows;
}

/** The columns that a table has, with numbers that fit into their types. */
function asKept(row: Row, types: Record<string, string>): Row {
  const columns = Object.entries(row).filter(([name]) => types[name] !== undefined);
  const isTooLong = (name: string, value: Row[string]) =>
    types[name] === 'integer' && Number(value) >= 2 ** 31;
  return Object.fromEntries(
    columns.map(([name, value]) => [
      name,
      isTooLong(name, value) ? Number(value) % 2 ** 31 : value,
    ]),
  );
}

async function readRows(database: Database): Promise<Rows> {
  const rows: Rows = {};
  for (const table of tableNames) {
    const result = await sql<Row>`select * from ${sql.table(table)}`.execute(database.kysely);
    rows[table] = result.rows;
  }
  return sorted(rows);
}

/** In the order of the primary keys, which the engines do not agree on for texts. */
function sorted(rows: Rows): Rows {
  return Object.fromEntries(
    tableNames.map((table) => {
      const keyOf = (row: Row) => JSON.stringify(tables[table].key.map((column) => row[column]));
      const some = [...(rows[table] ?? [])].map((row) => [keyOf(row), { ...row }] as const);
      return [table, some.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)];
    }),
  );
}
