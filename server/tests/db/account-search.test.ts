import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import {
  type AccountSearch,
  listAccounts,
} from '../../src/domain/administration/account-search-store.ts';
import type { DatedPageRequest } from '../../src/domain/paging.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

/** More than are sorted; see account-search-store.ts. */
const count = 1100;
const at = '2026-06-01T12:00:00.000Z';
const anybody = { role: null, state: null };
const first = { before: null, limit: 2 };

describe('the search for accounts', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await emptyDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url, 2);
    if (database.isEmbedded) await migrateUp(database);
    const ids = Array.from({ length: count }, (_, i) => i + 1);
    await database.kysely.insertInto('accounts').values(ids.map(accountOf)).execute();
    const names = ids.flatMap((id) => [
      { name_key: `walker-${id}`, account_id: id, kind: 'username' as const },
      { name_key: `walker-${id}@example.com`, account_id: id, kind: 'email' as const },
    ]);
    await database.kysely.insertInto('account_names').values(names).execute();
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  const idsOf = async (search: AccountSearch, page: DatedPageRequest) =>
    (await listAccounts(database, search, page)).map(({ id }) => id);

  it('gives the newest of many with the same beginning, and goes on from there', async () => {
    const many = { ...anybody, prefix: 'walker' };

    expect(await idsOf(many, first)).toEqual([1100, 1099, 1098]);
    expect(await idsOf(many, { before: { at, id: 3 }, limit: 2 })).toEqual([2, 1]);
    expect(await idsOf({ ...many, role: 'admin' }, first)).toEqual([7]);
    expect(await idsOf({ ...anybody, prefix: 'person' }, first)).toEqual([1100, 1099, 1098]);
  });

  it('gives the few with a rare one, and nobody for one that nobody has', async () => {
    expect(await idsOf({ ...anybody, prefix: 'walker-110' }, first)).toEqual([1100, 110]);
    expect(await idsOf({ ...anybody, prefix: 'walker-1100@e' }, first)).toEqual([1100]);
    expect(await idsOf({ ...anybody, prefix: 'alker' }, first)).toEqual([]);
    expect(await idsOf({ ...anybody, prefix: 'walker-%' }, first)).toEqual([]);
  });
});

function accountOf(id: number) {
  const zero = { post_count: 0, follower_count: 0, following_count: 0, media_bytes: 0 };
  return {
    id,
    username: `walker-${id}`,
    display_name: `Person ${id}`,
    display_name_key: `person ${id}`,
    bio: '',
    language: 'en' as const,
    role: id === 7 ? ('admin' as const) : ('user' as const),
    created_at: at,
    updated_at: at,
    ...zero,
  };
}
