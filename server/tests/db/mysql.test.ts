import { MysqlDriver } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { leaseRange } from '../../src/db/ids.ts';
import { isOutage } from '../../src/db/outages.ts';
import { emptyDatabase } from '../support/databases.ts';

describe.runIf(process.env.TEST_DATABASE === 'mysql')('a node that has left its cluster', () => {
  it('keeps nothing of a transaction whose rollback it refused', async () => {
    const test = await emptyDatabase('mysql');
    const database = openDatabase(test.url, 1);
    vi.spyOn(MysqlDriver.prototype, 'rollbackTransaction').mockRejectedValueOnce(
      new Error('WSREP has not yet prepared node for application use'),
    );

    const failed = database.transaction(async (tx) => {
      await leaseRange(tx, 'posts', 1);
      throw new Error('The node has left.');
    });
    await expect(failed).rejects.toThrow('The node has left.');
    const first = await database.transaction((tx) => leaseRange(tx, 'posts', 1));

    expect(first).toBe(1);
    await database.close();
    test.release();
  });
});

describe('a commit that Galera refuses', () => {
  it('is an outage, which a client may repeat', () => {
    const error = new Error('Not connected to Primary Component');

    const refused = Object.assign(error, { code: 'ER_ERROR_DURING_COMMIT' });

    expect(isOutage(refused)).toBe(true);
  });
});
