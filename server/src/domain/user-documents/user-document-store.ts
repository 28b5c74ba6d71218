import type { Db, Tx } from '../../db/database.ts';
import type { UserDocumentRow } from '../../db/schema.ts';
import { accountIsActive, accountIsOpen } from '../visibility/visibility-store.ts';

/** An account with its document; null where it has none yet. */
export type DocumentOfAccount = {
  id: number;
  username: string;
  login_name: string | null;
  email: string | null;
  content: string | null;
  last_login_at: string | null;
};

/** The document of an account that is not deleted. */
export async function findUserDocument(
  db: Db,
  accountId: number,
): Promise<DocumentOfAccount | null> {
  const row = await documents(db)
    .where('accounts.id', '=', accountId)
    .where(accountIsOpen())
    .executeTakeFirst();
  return row ?? null;
}

/** Documents of all accounts that are neither disabled nor deleted, the newest account first. */
export function listUserDocuments(db: Db, limit: number): Promise<DocumentOfAccount[]> {
  return documents(db)
    .where(accountIsActive())
    .orderBy('accounts.created_at', 'desc')
    .orderBy('accounts.id', 'desc')
    .limit(limit)
    .execute();
}

export async function countUserDocuments(db: Db): Promise<number> {
  const row = await db
    .selectFrom('accounts')
    .select((eb) => eb.fn.countAll().as('count'))
    .where(accountIsActive())
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Documents of those who have signed in after a time and not out since, the latest first. */
export function listActiveDocuments(
  db: Db,
  { since, limit }: { since: string; limit: number },
): Promise<DocumentOfAccount[]> {
  return active(db, since)
    .select(columns)
    .orderBy('user_documents.active_since', 'desc')
    .orderBy('user_documents.account_id', 'desc')
    .limit(limit)
    .execute();
}

export async function countActiveDocuments(db: Db, since: string): Promise<number> {
  const row = await active(db, since)
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function insertUserDocument(tx: Tx, row: UserDocumentRow): Promise<void> {
  await tx.insertInto('user_documents').values(row).execute();
}

export async function updateUserDocument(
  tx: Tx,
  accountId: number,
  values: Partial<Omit<UserDocumentRow, 'account_id'>>,
): Promise<void> {
  await tx.updateTable('user_documents').set(values).where('account_id', '=', accountId).execute();
}

export async function deleteUserDocument(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('user_documents').where('account_id', '=', accountId).execute();
}

const columns = [
  'accounts.id',
  'accounts.username',
  'accounts.login_name',
  'accounts.email',
  'user_documents.content',
  'user_documents.last_login_at',
] as const;

function documents(db: Db) {
  return db
    .selectFrom('accounts')
    .leftJoin('user_documents', 'user_documents.account_id', 'accounts.id')
    .select(columns);
}

function active(db: Db, since: string) {
  return (
    db
      .selectFrom('user_documents')
      // Joined across: SQLite would begin with all accounts that are not disabled.
      .crossJoin('accounts')
      .whereRef('accounts.id', '=', 'user_documents.account_id')
      .where('user_documents.active_since', '>', since)
      .where(accountIsActive())
  );
}
