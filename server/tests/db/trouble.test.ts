import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { leaseRange } from '../../src/db/ids.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

describe.runIf(process.env.TEST_DATABASE === 'cockroachdb')('a server that refuses', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await emptyDatabase('cockroachdb');
    database = openDatabase(test.url);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  it('has every transaction run until it is kept, and keeps it once', async () => {
    let attempts = 0;
    const lease = () =>
      database.transaction((tx) => {
        attempts += 1;
        return leaseRange(tx, 'posts', 1);
      });

    const ids: number[] = [];
    for (let n = 0; n < 100; n += 1) ids.push(await lease());

    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(attempts).toBeGreaterThan(100);
  });
});
