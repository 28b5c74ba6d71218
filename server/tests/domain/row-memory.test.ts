import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { rowMemory } from '../../src/domain/row-memory.ts';

const madeOf = [{ table: 'id_ranges', column: 'next_id' }] as const;

const roomFor = (rows: number) => ({ maxBytes: 100 * rows, bytesOf: () => 100 });

describe('a memory of rows', () => {
  let database: Database;
  /** Which ids were read, one list for each reading. */
  let readings: number[][];

  beforeEach(async () => {
    database = openDatabase('sqlite::memory:');
    await migrateUp(database);
    readings = [];
  });
  afterEach(() => database.close());

  async function read(_db: unknown, ids: readonly number[]): Promise<Map<number, { row: number }>> {
    readings.push([...ids]);
    return new Map(ids.filter((id) => id < 100).map((id) => [id, { row: id }]));
  }

  async function write(id: number): Promise<void> {
    await database.transaction(async (tx) => {
      await tx.deleteFrom('id_ranges').execute();
      await tx.insertInto('id_ranges').values({ name: 'posts', next_id: id }).execute();
    });
  }

  it('reads what it does not have, all at once', async () => {
    const rows = rowMemory(database, { name: 'test', read, madeOf, ...roomFor(10) });
    await rows([1, 2]);

    expect(Object.fromEntries(await rows([2, 3, 1, 4]))).toEqual({
      1: { row: 1 },
      2: { row: 2 },
      3: { row: 3 },
      4: { row: 4 },
    });
    expect(readings).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('reads again what was written, and nothing else', async () => {
    const rows = rowMemory(database, { name: 'test', read, madeOf, ...roomFor(10) });
    await rows([1, 2]);
    await write(2);
    await rows([1, 2]);

    expect(readings).toEqual([[1, 2], [2]]);
  });

  it('keeps what is read while others are written, but not what is written itself', async () => {
    const meanwhile = [7, 2];
    const rows = rowMemory(database, {
      name: 'test',
      async read(db, ids) {
        const found = await read(db, ids);
        for (const id of meanwhile.splice(0)) await write(id);
        return found;
      },
      madeOf,
      ...roomFor(10),
    });
    await rows([1, 2]);
    await rows([1, 2]);

    expect(readings).toEqual([[1, 2], [2]]);
  });

  it('reads again when so many rows were written meanwhile that nobody knows which', async () => {
    const rows = rowMemory(database, {
      name: 'test',
      async read(db, ids) {
        const found = await read(db, ids);
        if (readings.length === 1) {
          await database.transaction(async (tx) => {
            await tx.deleteFrom('id_ranges').execute();
            for (let id = 2; id < 1200; id += 1) {
              await tx
                .insertInto('id_ranges')
                .values({ name: `range ${id}`, next_id: id })
                .execute();
            }
          });
        }
        return found;
      },
      madeOf,
      ...roomFor(10),
    });
    await rows([1, 2]);
    await rows([1, 2]);

    expect(readings).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('asks again for what was not there', async () => {
    const rows = rowMemory(database, { name: 'test', read, madeOf, ...roomFor(10) });
    expect(await rows([100])).toEqual(new Map());
    await rows([100]);

    expect(readings).toEqual([[100], [100]]);
  });

  it('does not keep what was written while it was read', async () => {
    const rows = rowMemory(database, {
      name: 'test',
      read: async (db, ids) => {
        const found = await read(db, ids);
        if (readings.length === 1) await write(1);
        return found;
      },
      madeOf,
      ...roomFor(10),
    });
    await rows([1]);
    await rows([1]);
    await rows([1]);

    expect(readings, 'kept from the second reading on').toEqual([[1], [1]]);
  });

  it('forgets what was used least lately when it is full', async () => {
    const rows = rowMemory(database, { name: 'test', read, madeOf, ...roomFor(3) });
    await rows([1, 2, 3]);
    await rows([1]);
    await rows([4, 5]);
    await rows([1, 4, 5]);
    await rows([2]);

    expect(readings).toEqual([[1, 2, 3], [4, 5], [2]]);
  });
});
