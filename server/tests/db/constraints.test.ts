import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase, type Tx } from '../../src/db/database.ts';
import { StaleRead, WriteConflict } from '../../src/db/errors.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

let place: TestDatabase;
let database: Database;

beforeEach(async () => {
  place = await emptyDatabase(process.env.TEST_DATABASE);
  database = openDatabase(place.url);
  if (database.engine === 'sqlite') {
    const { migrateUp } = await import('../../src/db/migrate.ts');
    await migrateUp(database);
  }
  await database.transaction((tx) => insertRange(tx, 'taken'));
});

afterEach(async () => {
  await database.close();
  place.release();
});

async function insertRange(tx: Tx, name: string | null): Promise<void> {
  await tx
    .insertInto('id_ranges')
    .values({ name: name as string, next_id: 1 })
    .execute();
}

/** Each breaks a constraint of another kind. */
const writes: Record<string, (tx: Tx) => Promise<unknown>> = {
  'a foreign key of a new row': (tx) =>
    tx.insertInto('likes').values({ post_id: 1, account_id: 1, like_key: 1, hidden: 0 }).execute(),
  'a primary key': (tx) => insertRange(tx, 'taken'),
  'a unique key': async (tx) => {
    for (const id of [1, 2]) {
      const named = { id, name: 'A', name_key: 'a', member_count: 0, created_at: '' };
      await tx.insertInto('groups').values(named).execute();
    }
  },
  'a foreign key of a row that is deleted': async (tx) => {
    const group = { id: 1, name: 'A', name_key: 'a', member_count: 0, created_at: '' };
    await tx.insertInto('groups').values(group).execute();
    const event = { id: 1, group_id: 1, template_id: 1, creator_id: null, text: '' };
    await tx
      .insertInto('group_events')
      .values({ ...event, created_at: '', pushed_at: null })
      .execute();
    await tx.deleteFrom('groups').execute();
  },
  'a column that must not be null': (tx) => insertRange(tx, null),
};

describe('a transaction that breaks a constraint', () => {
  it.each(Object.keys(writes))('decides again: %s', async (kind) => {
    let runs = 0;
    const result = await database.transaction(async (tx) => {
      runs += 1;
      if (runs === 1) await writes[kind]?.(tx);
      return 'decided';
    });

    expect(result).toBe('decided');
    // The dialect of CockroachDB is tried with transactions that fail now and then for no reason.
    if (process.env.TEST_DATABASE === 'cockroachdb') expect(runs).toBeGreaterThanOrEqual(2);
    else expect(runs).toBe(2);
  });

  it.each(Object.keys(writes))('is given up at last, and keeps nothing: %s', async (kind) => {
    let runs = 0;
    const given = database.transaction(async (tx) => {
      runs += 1;
      await insertRange(tx, 'before');
      await writes[kind]?.(tx);
    });

    await expect(given).rejects.toThrow(WriteConflict);
    const rows = await database.selectFrom('id_ranges').select('name').execute();
    expect([runs, rows]).toEqual([5, [{ name: 'taken' }]]);
  });

  it('decides again when what it read has changed', async () => {
    let runs = 0;
    const run = (times: number) => {
      runs = 0;
      return database.transaction(async () => {
        runs += 1;
        if (runs <= times) throw new StaleRead();
        return runs;
      });
    };

    expect(await run(4)).toBe(5);
    await expect(run(5)).rejects.toThrow(WriteConflict);
  });
});
