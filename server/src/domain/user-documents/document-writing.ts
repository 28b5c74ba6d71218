import type { Tx } from '../../db/database.ts';
import type { UserDocumentRow } from '../../db/schema.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { lockAccount } from '../accounts/account-store.ts';
import {
  type DocumentOfAccount,
  findUserDocument,
  insertUserDocument,
  updateUserDocument,
} from './user-document-store.ts';

type Values = Partial<Omit<UserDocumentRow, 'account_id'>>;

/**
 * Locks an account with its document until the transaction ends: the second of two concurrent changes waits here, and reads
 * what the first has written.
 * @throws DomainError `not_found`
 */
export async function lockDocument(
  tx: Tx,
  accountId: number,
  at: string,
): Promise<DocumentOfAccount> {
  const isThere = await lockAccount(tx, accountId, at);
  const row = isThere ? await findUserDocument(tx, accountId) : null;
  if (!row) throw noSuchAccount();
  return row;
}

/** Changes a document; an account without one gets it. */
export async function writeDocument(
  tx: Tx,
  { id, content }: DocumentOfAccount,
  values: Values,
): Promise<void> {
  if (content !== null) return updateUserDocument(tx, id, values);
  const empty = { account_id: id, content: '{}', last_login_at: null, active_since: null };
  return insertUserDocument(tx, { ...empty, ...values });
}
