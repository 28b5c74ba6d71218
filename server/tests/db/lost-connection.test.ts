import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { isOutage } from '../../src/db/outages.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

const isPostgres = process.env.TEST_DATABASE === 'postgres';

describe.skipIf(!isPostgres)('a connection that PostgreSQL ends', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await emptyDatabase('postgres');
    database = openDatabase(test.url);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  it('fails the transaction that has it, even between two statements, and nothing else', async () => {
    const transaction = database.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database);
      await delay(200);
      await sql`select 1`.execute(tx);
    });

    const error = await transaction.catch((reason: unknown) => reason);

    expect(isOutage(error)).toBe(true);
    expect(await database.selectFrom('posts').selectAll().execute()).toEqual([]);
  });
});
