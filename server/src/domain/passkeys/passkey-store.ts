import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { PasskeyRow } from '../../db/schema.ts';

/** False when the authenticator's key is registered already, by whomever. */
export function insertPasskey(tx: Tx, row: PasskeyRow): Promise<boolean> {
  return insertIgnore(tx, 'passkeys', row);
}

/** Those of an account, the newest first. */
export function listPasskeys(db: Db, accountId: number): Promise<PasskeyRow[]> {
  return db
    .selectFrom('passkeys')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

export async function findPasskey(db: Db, credentialId: string): Promise<PasskeyRow | null> {
  const rows = await passkeyByCredential(db, { credentialId });
  return rows[0] ?? null;
}

const passkeyByCredential = prepared((db, args: { credentialId: string }) =>
  db.selectFrom('passkeys').selectAll().where('credential_id', '=', args.credentialId),
);

/**
 * Notes a use with the authenticator's new counter, which must have risen; synced passkeys always say 0. False when it
 * has not, or the passkey was deleted.
 */
export async function notePasskeyUse(
  tx: Tx,
  id: number,
  { counter, at }: { counter: number; at: string },
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('passkeys')
      .set({ counter, last_used_at: at })
      .where('id', '=', id)
      .where((eb) => (counter === 0 ? eb('counter', '=', 0) : eb('counter', '<', counter))),
  );
}

/** Deletes one of an account. False when it has none of that id. */
export async function deletePasskey(tx: Tx, accountId: number, id: number): Promise<boolean> {
  return changedOne(
    tx.deleteFrom('passkeys').where('account_id', '=', accountId).where('id', '=', id),
  );
}

/** Deletes those of an account that were registered after a time. */
export async function deletePasskeysSince(tx: Tx, accountId: number, time: string): Promise<void> {
  await tx
    .deleteFrom('passkeys')
    .where('account_id', '=', accountId)
    .where('created_at', '>', time)
    .execute();
}

export async function deletePasskeysOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('passkeys').where('account_id', '=', accountId).execute();
}
