import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { insertIgnore } from '../../src/db/dialects.ts';
import { idLeases } from '../../src/db/ids.ts';
import { migrateDown, migrateUp, migrationStates } from '../../src/db/migrate.ts';
import { prepared } from '../../src/db/prepared.ts';

describe('the embedded database', () => {
  let folder: string;
  let database: Database;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rookery-db-'));
    database = openDatabase(`sqlite:${join(folder, 'test.sqlite')}`);
    await migrateUp(database);
  });

  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it('rolls everything back when the work fails', async () => {
    const work = database.transaction(async (tx) => {
      await insertIgnore(tx, 'id_ranges', { name: 'posts', next_id: 1 });
      throw new Error('changed my mind');
    });

    await expect(work).rejects.toThrow('changed my mind');
    expect(await database.selectFrom('id_ranges').selectAll().execute()).toEqual([]);
  });

  it('refuses a query that is sent past the open transaction, instead of waiting for ever', async () => {
    const work = database.transaction(() => database.selectFrom('posts').selectAll().execute());

    await expect(work).rejects.toThrow('Pass the transaction');
  });

  it('runs transactions one after the other', async () => {
    const order: string[] = [];
    const work = (name: string) =>
      database.transaction(async (tx) => {
        order.push(`${name} begins`);
        await tx.selectFrom('posts').selectAll().execute();
        order.push(`${name} ends`);
      });

    await Promise.all([work('a'), work('b')]);

    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('tells an insert that found its key taken', async () => {
    const row = { name: 'posts', next_id: 1 };
    const written = await database.transaction(async (tx) => [
      await insertIgnore(tx, 'id_ranges', row),
      await insertIgnore(tx, 'id_ranges', row),
    ]);

    expect(written).toEqual([true, false]);
  });

  it('notices what another process has written', async () => {
    const other = openDatabase(`sqlite:${join(folder, 'test.sqlite')}`);
    const before = database.versionElsewhere();
    await other.transaction((tx) => insertIgnore(tx, 'id_ranges', { name: 'posts', next_id: 1 }));
    const after = database.versionElsewhere();
    await database.transaction((tx) =>
      insertIgnore(tx, 'id_ranges', { name: 'media', next_id: 1 }),
    );

    expect(after).not.toBe(before);
    expect(database.versionElsewhere()).toBe(after);
    await other.close();
  });

  it('gives two processes different ids, without a lease per id', async () => {
    const other = openDatabase(`sqlite:${join(folder, 'test.sqlite')}`);
    const [here, there] = [idLeases(database, 10), idLeases(other, 10)];

    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? here('posts') : there('posts'))),
    );

    expect(new Set(ids).size).toBe(50);
    expect(Math.min(...ids)).toBe(1);
    await other.close();
  });

  it('goes down and up again', async () => {
    const down = await migrateDown(database);
    const gone = await migrationStates(database);
    const up = await migrateUp(database);

    expect(down.reverted).toEqual(['0001-foundation']);
    expect(gone).toEqual([{ name: '0001-foundation', appliedAt: null }]);
    expect(up.applied).toEqual(['0001-foundation']);
  });

  it('answers prepared reads for lists of every length alike', async () => {
    const rangesNamed = prepared((db, args: { names: string[] }) =>
      db.selectFrom('id_ranges').select('name').where('name', 'in', args.names).orderBy('name'),
    );
    await database.transaction(async (tx) => {
      for (const name of ['a', 'b', 'c', 'd'])
        await insertIgnore(tx, 'id_ranges', { name, next_id: 1 });
    });

    const answers = await Promise.all(
      [['a'], ['a', 'b'], ['a', 'b', 'd'], ['x', 'c']].map((names) =>
        rangesNamed(database, { names }),
      ),
    );

    expect(answers.map((rows) => rows.map((r) => r.name).join(''))).toEqual([
      'a',
      'ab',
      'abd',
      'c',
    ]);
  });
});
