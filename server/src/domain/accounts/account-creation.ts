import type { Tx } from '../../db/database.ts';
import type { AccountNameRow } from '../../db/schema.ts';
import type { AuditEntry, AuditLog } from '../audit/audit-log.ts';
import { insertAccountName, insertAccountNames } from './account-name-store.ts';
import { type Name, namesOfRow } from './account-names.ts';
import { insertAccount, insertAccounts, type NewAccountRow } from './account-store.ts';

/** A new account, and what the audit log says of its creation. */
export type AccountToCreate = { row: NewAccountRow; entry: Omit<AuditEntry, 'accountId'> };

/**
 * Creates an account: its row, its names and its audit entry, whether its owner signed up or came through a provider.
 * @param refusal the error to throw when another account has claimed one of the names
 */
export async function createAccount(
  tx: Tx,
  audit: AuditLog,
  { row, entry }: AccountToCreate,
  refusal: (name: Name) => Error,
): Promise<void> {
  await insertAccount(tx, row);
  for (const name of namesOfRow(row)) {
    if (!(await insertAccountName(tx, nameRow(row, name)))) throw refusal(name);
  }
  await audit.record(tx, { ...entry, accountId: row.id });
}

/** As `createAccount`, for many in three statements. A name that is taken violates a constraint and fails them all. */
export async function createAccounts(
  tx: Tx,
  audit: AuditLog,
  accounts: readonly AccountToCreate[],
): Promise<void> {
  const rows = accounts.map(({ row }) => row);
  await insertAccounts(tx, rows);
  const names = rows.flatMap((row) => namesOfRow(row).map((name) => nameRow(row, name)));
  await insertAccountNames(tx, names);
  const entries = accounts.map(({ row, entry }) => ({ ...entry, accountId: row.id }));
  await audit.recordAll(tx, entries);
}

function nameRow({ id }: NewAccountRow, { key, kind }: Name): AccountNameRow {
  return { name_key: key, account_id: id, kind };
}
