import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { compiledQueries } from '../../src/db/dry-run.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { insertAccounts } from '../../src/domain/accounts/account-store.ts';
import { newAccountRow } from '../../src/domain/accounts/new-account.ts';
import { auditLog } from '../../src/domain/audit/audit-log.ts';
import { ownCredential } from '../../src/domain/credential.ts';
import {
  type UserDocumentService,
  userDocumentService,
} from '../../src/domain/user-documents/user-document-service.ts';
import { listActiveDocuments } from '../../src/domain/user-documents/user-document-store.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { stoppedClock } from '../support/clock.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

/** One more than a list shows. */
const count = 501;
const at = '2026-06-01T12:00:00.000Z';
const accounts = Array.from({ length: count }, (_, i) => i + 1).map((id) =>
  newAccountRow({
    id,
    username: `walker-${id}`,
    email: null,
    displayName: null,
    passwordHash: null,
    role: 'user',
    at,
  }),
);

describe('lists of user documents', () => {
  let test: TestDatabase;
  let database: Database;
  let documents: UserDocumentService;
  const viewer: Viewer = {
    accountId: 1,
    sessionId: 0,
    role: 'user',
    credential: ownCredential('session'),
  };

  beforeAll(async () => {
    test = await emptyDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url, 2);
    if (database.isEmbedded) await migrateUp(database);
    const { now } = stoppedClock();
    documents = userDocumentService({ database, now, audit: auditLog({ now, newKey: () => 1 }) });
    await database.transaction((tx) => insertAccounts(tx, accounts));
    const rows = accounts.map(({ id }) => ({ account_id: id, content: '{}', active_since: at }));
    await database.kysely.insertInto('user_documents').values(rows).execute();
  });

  afterAll(async () => {
    await database.close();
    test.release();
  });

  it('end at the newest 500 accounts, and tell how many there are', async () => {
    const { items, total } = await documents.list(viewer);

    expect([items.length, total]).toEqual([500, 501]);
    expect([items.at(0)?.name, items.at(-1)?.name]).toEqual(['walker-501', 'walker-2']);
  });

  it('end at the latest 500 of those who are active, and tell how many are', async () => {
    const { items, total } = await documents.listActive(viewer);

    expect([items.length, total]).toEqual([500, 501]);
    expect([items.at(0)?.name, items.at(-1)?.name]).toEqual(['walker-501', 'walker-2']);
  });

  it.skipIf(process.env.TEST_DATABASE !== 'sqlite')('find the active by an index', async () => {
    const active = { since: at, limit: 500 };
    const [query] = await compiledQueries(test.url, (db) => listActiveDocuments(db, active));
    const explain = CompiledQuery.raw(`explain query plan ${query?.sql}`, [at, 500]);
    const { rows } = await database.executeQuery<{ detail: string }>(explain);

    const steps = rows.map(({ detail }) => detail);
    expect(steps.filter((step) => /accounts|user_documents|TEMP/.test(step))).toEqual([
      'SEARCH user_documents USING INDEX user_documents_active_since (active_since>?)',
      'SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)',
    ]);
  });
});
