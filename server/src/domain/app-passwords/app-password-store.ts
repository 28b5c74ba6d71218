import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { AppPasswordRow } from '../../db/schema.ts';

export async function insertAppPassword(tx: Tx, row: AppPasswordRow): Promise<void> {
  await tx.insertInto('app_passwords').values(row).execute();
}

/** Those of an account that were made under its present password, the newest first. */
export function listAppPasswords(
  db: Db,
  accountId: number,
  ownerMark: string,
): Promise<AppPasswordRow[]> {
  return db
    .selectFrom('app_passwords')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('owner_mark', '=', ownerMark)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

type Known = { accountId: number; passwordHash: string; ownerMark: string };

/** Id of the one with this fingerprint; asked with account 0 for nobody, so that nobody takes the same time. */
export async function findAppPasswordId(db: Db, known: Known): Promise<number | null> {
  const rows = await appPasswordByHash(db, known);
  return rows[0]?.id ?? null;
}

const appPasswordByHash = prepared((db, args: Known) =>
  db
    .selectFrom('app_passwords')
    .select('id')
    .where('account_id', '=', args.accountId)
    .where('password_hash', '=', args.passwordHash)
    .where('owner_mark', '=', args.ownerMark),
);

/** Notes a use. False when it was deleted meanwhile. */
export async function noteAppPasswordUse(tx: Tx, id: number, at: string): Promise<boolean> {
  return changedOne(tx.updateTable('app_passwords').set({ last_used_at: at }).where('id', '=', id));
}

/** Deletes one of an account. False when it has none of that id. */
export async function deleteAppPassword(tx: Tx, accountId: number, id: number): Promise<boolean> {
  return changedOne(
    tx.deleteFrom('app_passwords').where('account_id', '=', accountId).where('id', '=', id),
  );
}

/** Deletes those that ended with an earlier password. */
export async function deleteEndedAppPasswords(
  tx: Tx,
  accountId: number,
  ownerMark: string,
): Promise<void> {
  await tx
    .deleteFrom('app_passwords')
    .where('account_id', '=', accountId)
    .where('owner_mark', '<>', ownerMark)
    .execute();
}

export async function deleteAppPasswordsOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('app_passwords').where('account_id', '=', accountId).execute();
}
