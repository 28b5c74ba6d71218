import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { insertIgnore } from '../../src/db/dialects.ts';
import { idLeases, readIdUse } from '../../src/db/ids.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { prepared } from '../../src/db/prepared.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

describe('the database', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await emptyDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url);
    await migrateUp(database);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  it('rolls everything back when the work fails', async () => {
    const work = database.transaction(async (tx) => {
      await insertIgnore(tx, 'id_ranges', { name: 'posts', next_id: 1 });
      throw new Error('changed my mind');
    });

    await expect(work).rejects.toThrow('changed my mind');
    expect(await database.selectFrom('id_ranges').selectAll().execute()).toEqual([]);
  });

  it('tells an insert that found its key taken', async () => {
    const row = { name: 'posts', next_id: 1 };
    const written = await database.transaction(async (tx) => [
      await insertIgnore(tx, 'id_ranges', row),
      await insertIgnore(tx, 'id_ranges', row),
    ]);

    expect(written).toEqual([true, false]);
  });

  it('gives two processes different ids, without a lease per id', async () => {
    const sizes = { least: 10, most: 10 };
    const [here, there] = [idLeases(database, sizes), idLeases(database, sizes)];

    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? here('posts') : there('posts'))),
    );

    expect(new Set(ids).size).toBe(50);
    expect(Math.min(...ids)).toBe(1);
  });

  it('leases more ids at a time the faster they are used', async () => {
    let elapsedMs = 0;
    const newId = idLeases(database, { least: 2, most: 16 }, () => elapsedMs);
    const nextIds: number[] = [];
    for (let i = 0; i < 70; i += 1) {
      if (i === 62) elapsedMs += 5000;
      await newId('posts');
      nextIds.push((await readIdUse(database, ['posts']))[0]?.used ?? 0);
    }

    // 2, then 4, 8 and 16 more and never more than that; after a pause half as many.
    expect([...new Set(nextIds)]).toEqual([2, 6, 14, 30, 46, 62, 70]);
  });

  it('keeps sessions, links and devices apart beyond 32 bits', async () => {
    const far = 2 ** 31 + 5;
    await database.transaction((tx) =>
      insertIgnore(tx, 'id_ranges', { name: 'sessions', next_id: far }),
    );

    expect(await idLeases(database)('sessions')).toBe(far);
  });

  it('keeps emoji, 64-bit keys, and the case of names apart', async () => {
    const key = 4096 * 86_400_000 * 365 * 60;
    const written = await database.transaction(async (tx) => {
      const names = [];
      for (const name of ['likes', 'Likes', 'lïkes'])
        names.push(await insertIgnore(tx, 'id_ranges', { name, next_id: 1 }));
      await tx
        .insertInto('outbox')
        .values({
          id: key,
          topic: '🌄',
          payload: '{}',
          subscriber: null,
          event_id: key,
          attempts: 0,
          claims: 0,
          due_at: '',
          set_aside_at: null,
          last_error: null,
          created_at: '',
        })
        .execute();
      return names;
    });

    const row = await database.selectFrom('outbox').selectAll().executeTakeFirst();

    expect(written).toEqual([true, true, true]);
    expect(row).toMatchObject({ id: key, topic: '🌄' });
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
