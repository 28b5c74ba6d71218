import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Column } from '../../src/db/tables/table.ts';
import { type TableName, tableNames, tables } from '../../src/db/tables.ts';
import { operator } from '../../src/domain/authority.ts';
import { insertRows } from '../support/insert-rows.ts';
import { type Row, sampleRows } from '../support/sample-rows.ts';
import { type TestServer, testServer } from '../support/server.ts';

const [alice, bob] = [1, 2];

/** Every column that names an account. */
const accountColumns = tableNames.flatMap((table) =>
  Object.entries<Column>(tables[table].columns)
    .filter(([, { atPurge }]) => atPurge !== null)
    .map(([column, { atPurge }]) => ({ table, column, isDeleted: atPurge === 'deleted' })),
);

describe('the purge of an account', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    const rows = sampleRows();
    for (const account of rows.accounts ?? []) {
      Object.assign(account, { disabled_at: null, deleted_at: null });
    }
    // Neither jobs nor ids are to be taken from samples.
    for (const table of ['outbox', 'done_events', 'id_ranges']) delete rows[table];
    await insertRows(server.app.database, rows);
  });

  afterEach(() => server.close());

  it('deletes every row that names the account, but for those that are kept for a reason', async () => {
    const before = await countsOf(alice);

    await server.app.services.accountAdmin.remove(operator, alice);
    await server.work();

    const expected = accountColumns.map(({ table, column, isDeleted }) => {
      // The log has a line about the purge itself.
      const added = `${table}.${column}` === 'audit_log.account_id' ? 1 : 0;
      return [`${table}.${column}`, isDeleted ? 0 : (before[`${table}.${column}`] ?? 0) + added];
    });
    expect(Object.values(before)).not.toContain(0);
    expect(await countsOf(alice)).toEqual(Object.fromEntries(expected));
  });

  it('leaves what belongs to others', async () => {
    const before = await countsOf(bob);

    await server.app.services.accountAdmin.remove(operator, alice);
    await server.work();

    // Alice followed bob, and bob was told.
    const expected = {
      ...before,
      'follows.followee_id': 0,
      'blocks.target_id': 0,
      'reports.resolver_id': 0,
      'notifications.actor_id': 0,
    };
    expect(await countsOf(bob)).toEqual(expected);
  });

  /** How many rows name an account, by the column. */
  async function countsOf(account: number): Promise<Record<string, number>> {
    const counts = accountColumns.map(async ({ table, column }) => [
      `${table}.${column}`,
      await countOf(table, column, account),
    ]);
    return Object.fromEntries(await Promise.all(counts));
  }

  async function countOf(table: TableName, column: string, account: number): Promise<number> {
    const { rows } = await sql<Row>`
      select count(*) as n from ${sql.table(table)} where ${sql.ref(column)} = ${account}`.execute(
      server.app.database.kysely,
    );
    return Number(rows[0]?.n);
  }
});
