import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { insertIgnore } from '../../db/dialects.ts';
import { prepared } from '../../db/prepared.ts';
import type { IdentityRow } from '../../db/schema.ts';
import type { StandingRow } from '../visibility/visibility.ts';
import { standingColumns } from '../visibility/visibility-store.ts';

type KnownIdentity = Pick<IdentityRow, 'id' | 'account_id' | 'last_used_at'> & StandingRow;

/** False when the identity leads into an account already. */
export function insertIdentity(tx: Tx, row: IdentityRow): Promise<boolean> {
  return insertIgnore(tx, 'identities', row);
}

/** The identity of an issuer's subject, with the state of its account, which may be closed. */
export async function findIdentity(
  db: Db,
  issuer: string,
  subject: string,
): Promise<KnownIdentity | null> {
  const rows = await identityOf(db, { issuer, subject });
  return rows[0] ?? null;
}

const identityOf = prepared((db, args: { issuer: string; subject: string }) =>
  db
    .selectFrom('identities')
    .innerJoin('accounts', 'accounts.id', 'identities.account_id')
    .select([
      'identities.id',
      'identities.account_id',
      'identities.last_used_at',
      ...standingColumns,
    ])
    .where('identities.issuer', '=', args.issuer)
    .where('identities.subject', '=', args.subject),
);

/** All of an account, the first linked first. */
export function listIdentities(db: Db, accountId: number): Promise<IdentityRow[]> {
  return identitiesOf(db, { accountId });
}

const identitiesOf = prepared((db, args: { accountId: number }) =>
  db
    .selectFrom('identities')
    .selectAll()
    .where('account_id', '=', args.accountId)
    .orderBy('created_at')
    .orderBy('id'),
);

export async function noteIdentityUse(tx: Tx, id: number, at: string): Promise<void> {
  await tx.updateTable('identities').set({ last_used_at: at }).where('id', '=', id).execute();
}

/** False when the account has no such identity. */
export async function deleteIdentity(tx: Tx, id: number, accountId: number): Promise<boolean> {
  return changedOne(
    tx.deleteFrom('identities').where('id', '=', id).where('account_id', '=', accountId),
  );
}

/** Deletes those of an account that were linked after a time. */
export async function deleteIdentitiesSince(
  tx: Tx,
  accountId: number,
  time: string,
): Promise<void> {
  await tx
    .deleteFrom('identities')
    .where('account_id', '=', accountId)
    .where('created_at', '>', time)
    .execute();
}

export async function deleteIdentitiesOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('identities').where('account_id', '=', accountId).execute();
}
