import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { VerificationRow } from '../../db/schema.ts';

export async function insertVerification(tx: Tx, row: VerificationRow): Promise<void> {
  await tx.insertInto('verifications').values(row).execute();
}

export async function findVerification(db: Db, id: number): Promise<VerificationRow | null> {
  const rows = await verificationById(db, { id });
  return rows[0] ?? null;
}

const verificationById = prepared((db, args: { id: number }) =>
  db.selectFrom('verifications').selectAll().where('id', '=', args.id),
);

/** The newest of a purpose that an account has not used. */
export async function findPendingVerification(
  db: Db,
  accountId: number,
  purpose: string,
): Promise<VerificationRow | null> {
  const rows = await pendingVerification(db, { accountId, purpose });
  return rows[0] ?? null;
}

const pendingVerification = prepared((db, args: { accountId: number; purpose: string }) =>
  db
    .selectFrom('verifications')
    .selectAll()
    .where('account_id', '=', args.accountId)
    .where('purpose', '=', args.purpose)
    .where('used_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);

/** The newest of a purpose that an account was given, used or not. */
export async function findLastVerification(
  db: Db,
  accountId: number,
  purpose: string,
): Promise<VerificationRow | null> {
  const rows = await lastVerification(db, { accountId, purpose });
  return rows[0] ?? null;
}

const lastVerification = prepared((db, args: { accountId: number; purpose: string }) =>
  db
    .selectFrom('verifications')
    .selectAll()
    .where('account_id', '=', args.accountId)
    .where('purpose', '=', args.purpose)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);

/** Those of a purpose that wait at a time, of one account or of all, the newest first. */
export function listPendingVerifications(
  db: Db,
  of: { purpose: string; accountId?: number; at: string; limit: number },
): Promise<VerificationRow[]> {
  let query = db
    .selectFrom('verifications')
    .selectAll()
    .where('purpose', '=', of.purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', of.at);
  if (of.accountId !== undefined) query = query.where('account_id', '=', of.accountId);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(of.limit).execute();
}

/** Takes one of the tries that are left. False when none is, or it was used or has expired. */
export async function takeTry(tx: Tx, id: number, now: string): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('verifications')
      .set((eb) => ({ tries_left: eb('tries_left', '-', 1) }))
      .where('id', '=', id)
      .where('tries_left', '>', 0)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now),
  );
}

/** Marks as used what was not. False when another request was faster, or it has expired. */
export async function markVerificationUsed(tx: Tx, id: number, now: string): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('verifications')
      .set({ used_at: now })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now),
  );
}

/** Ends all of these purposes that an account has not used. */
export async function cancelVerifications(
  tx: Tx,
  accountId: number,
  purposes: readonly string[],
  now: string,
): Promise<void> {
  await tx
    .updateTable('verifications')
    .set({ used_at: now })
    .where('account_id', '=', accountId)
    .where('purpose', 'in', [...purposes])
    .where('used_at', 'is', null)
    .execute();
}

type Kept = { purposes: readonly string[]; email: string | null };

/**
 * Ends all that waits for an account, except some purposes and the link that confirms `email` for the first time: that one
 * was sent to its owner, and gives nobody else a way in.
 */
export async function cancelVerificationsOf(
  tx: Tx,
  accountId: number,
  now: string,
  { purposes, email }: Kept,
): Promise<void> {
  let query = tx
    .updateTable('verifications')
    .set({ used_at: now })
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null);
  if (purposes.length > 0) query = query.where('purpose', 'not in', [...purposes]);
  if (email !== null) {
    query = query.where((eb) =>
      eb.or([eb('purpose', '<>', 'verify-email'), eb('subject', '<>', email)]),
    );
  }
  await query.execute();
}

/** Ends what was asked for in some sessions of an account. */
export async function cancelVerificationsOfSessions(
  tx: Tx,
  accountId: number,
  sessionIds: readonly number[],
  now: string,
): Promise<void> {
  if (sessionIds.length === 0) return;
  await tx
    .updateTable('verifications')
    .set({ used_at: now })
    .where('account_id', '=', accountId)
    .where('session_id', 'in', [...sessionIds])
    .where('used_at', 'is', null)
    .execute();
}

export async function deleteVerificationsOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('verifications').where('account_id', '=', accountId).execute();
}

export async function deleteVerificationsExpiredBefore(tx: Tx, time: Date): Promise<void> {
  await tx.deleteFrom('verifications').where('expires_at', '<', time.toISOString()).execute();
}
