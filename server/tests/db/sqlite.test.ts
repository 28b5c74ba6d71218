import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { insertIgnore } from '../../src/db/dialects.ts';
import { migrateUp } from '../../src/db/migrate.ts';

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
});
