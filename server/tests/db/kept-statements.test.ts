import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { prepared } from '../../src/db/prepared.ts';
import { readAccountCards } from '../../src/domain/accounts/account-card-store.ts';
import { bareDatabase, type TestDatabase } from '../support/databases.ts';

const engine = process.env.TEST_DATABASE;

describe.skipIf(engine === 'sqlite')('statements that a server keeps', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await bareDatabase(engine);
    database = openDatabase(test.url, 1);
    await sql`create table things (id integer primary key, name varchar(20))`.execute(
      database.kysely,
    );
    await sql`insert into things values (1, 'one'), (2, 'two'), (3, 'three')`.execute(
      database.kysely,
    );
  });

  afterEach(async () => {
    await sql`drop table if exists things`.execute(database.kysely);
    await database.close();
    test.release();
  });

  it('are run again without being parsed', async () => {
    const read = readThing();
    const before = await keptCount();

    for (let id = 1; id <= 3; id += 1) await read(database, { id });

    expect(await read(database, { id: 2 })).toEqual([{ id: 2, name: 'two' }]);
    expect((await keptCount()) - before).toBe(1);
  });

  it('give new columns after a migration, also in a transaction that has begun', async () => {
    const read = readThing();
    await read(database, { id: 1 });
    await sql`alter table things add column size integer`.execute(database.kysely);
    const after = { id: 1, name: 'one', size: null };

    expect(await read(database, { id: 1 })).toEqual([after]);

    await sql`alter table things drop column size`.execute(database.kysely);
    const inside = await database.transaction(async (tx) => {
      await sql`update things set name = 'uno' where id = 1`.execute(tx);
      return read(tx, { id: 1 });
    });
    expect(inside).toEqual([{ id: 1, name: 'uno' }]);
  });

  it('are few, whatever the lists that they are asked for', async () => {
    await migrateUp(database);
    const before = await keptCount();

    for (let n = 1; n <= 60; n += 1) {
      await readAccountCards(
        database,
        Array.from({ length: n }, (_, i) => i + 1),
      );
    }

    expect((await keptCount()) - before).toBeLessThanOrEqual(6);
  });

  /** Reads all columns, of which there may be more later. A new one for each test, which prepares it. */
  function readThing() {
    return prepared((db, args: { id: number }) => ({
      compile: () => sql`select * from things where id = ${args.id}`.compile(db),
    }));
  }

  async function keptCount(): Promise<number> {
    if (engine === 'mysql') {
      const { rows } = await sql<{
        Value: string;
      }>`show session status like 'Com_stmt_prepare'`.execute(database.kysely);
      return Number(rows[0]?.Value);
    }
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from pg_prepared_statements`.execute(database.kysely);
    return rows[0]?.n ?? 0;
  }
});
