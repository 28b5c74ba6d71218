import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import type { AccountRow, SessionRow } from '../../db/schema.ts';
import { broadcastAfterCommit } from '../broadcasts.ts';
import { countingAddress } from '../network-address.ts';
import { roleOfSession } from '../viewer.ts';
import { accountIsActive } from '../visibility/visibility-store.ts';

export type LiveSession = Pick<
  SessionRow,
  | 'id'
  | 'account_id'
  | 'audience'
  | 'expires_at'
  | 'generation'
  | 'used_generation'
  | 'parent_generation'
  | 'app_password_id'
> &
  Pick<AccountRow, 'role'>;

export async function insertSession(tx: Tx, row: SessionRow): Promise<void> {
  await tx.insertInto('sessions').values(row).execute();
}

export async function findSession(db: Db, id: number): Promise<SessionRow | null> {
  const row = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** A session that was not ended, of an account that is neither disabled nor deleted. */
export async function findLiveSession(db: Db, id: number): Promise<LiveSession | null> {
  const rows = await liveSession(db, { id });
  return rows[0] ?? null;
}

const liveSession = prepared((db, args: { id: number }) =>
  db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .select([
      'sessions.id',
      'sessions.account_id',
      'sessions.audience',
      'sessions.expires_at',
      'sessions.generation',
      'sessions.used_generation',
      'sessions.parent_generation',
      'sessions.app_password_id',
      'accounts.role',
    ])
    .where('sessions.id', '=', args.id)
    .where('sessions.ended_at', 'is', null)
    .where(accountIsActive()),
);

/** Which of these sessions live, with what they may do. */
export async function readLiveRoles(
  db: Db,
  ids: readonly number[],
): Promise<Map<number, AccountRow['role']>> {
  if (ids.length === 0) return new Map();
  const rows = await liveRoles(db, { ids: [...ids] });
  return new Map(rows.map((row) => [row.id, roleOfSession(row)]));
}

const liveRoles = prepared((db, args: { ids: number[] }) =>
  db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .select(['sessions.id', 'sessions.app_password_id', 'accounts.role'])
    .where(isAmong(db, 'sessions.id', args.ids))
    .where('sessions.ended_at', 'is', null)
    .where(accountIsActive()),
);

/** Live sessions of an account, the one used last first. */
export function listSessions(db: Db, accountId: number, now: string): Promise<SessionRow[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('last_used_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** Whether the account has a session from this address or, with IPv6, from the same /64: a phone changes the rest every day. */
export async function hasSessionFrom(db: Db, accountId: number, address: string): Promise<boolean> {
  const isIpv6 = address.includes(':');
  const rows = await db
    .selectFrom('sessions')
    .select('address')
    .distinct()
    .where('account_id', '=', accountId)
    .where('address', isIpv6 ? 'like' : '=', isIpv6 ? `${address.split(':')[0]}:%` : address)
    .$if(!isIpv6, (query) => query.limit(1))
    .execute();
  const counted = countingAddress(address);
  return rows.some((row) => countingAddress(row.address) === counted);
}

/**
 * Moves a session to its next generation, which is given for `parent_generation`: the newest one, or the one before it.
 * False when another request was faster, the newest was used meanwhile, or the session has ended.
 */
export async function rotateSession(
  tx: Tx,
  { id, generation }: Pick<SessionRow, 'id' | 'generation'>,
  values: Pick<SessionRow, 'last_used_at' | 'expires_at' | 'address'> & {
    parent_generation: number;
  },
): Promise<boolean> {
  const { parent_generation: parent } = values;
  let query = tx
    .updateTable('sessions')
    .set({ ...values, generation: generation + 1 })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where('ended_at', 'is', null);
  if (parent < generation) query = query.where('used_generation', '<=', parent);
  return changedOne(query);
}

/** Notes that an access token of the newest generation was used. */
export async function noteUsedGeneration(tx: Tx, id: number, generation: number): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ used_generation: generation })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where((eb) =>
      eb.or([eb('used_generation', 'is', null), eb('used_generation', '<', generation)]),
    )
    .execute();
}

/** Ends a session of an account. False when there is no such live session. */
export async function endSession(
  tx: Tx,
  { id, accountId, at }: { id: number; accountId: number; at: string },
): Promise<boolean> {
  broadcastAfterCommit(tx, 'account.activity', { accountId });
  return changedOne(
    tx
      .updateTable('sessions')
      .set({ ended_at: at })
      .where('id', '=', id)
      .where('account_id', '=', accountId)
      .where('ended_at', 'is', null),
  );
}

/** Ends every session of an account, but for the one named. */
export async function endSessionsOf(
  tx: Tx,
  accountId: number,
  at: string,
  exceptId = 0,
): Promise<void> {
  broadcastAfterCommit(tx, 'account.activity', { accountId });
  await tx
    .updateTable('sessions')
    .set({ ended_at: at })
    .where('account_id', '=', accountId)
    .where('id', '<>', exceptId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Ends what was opened with an app password, and gives the numbers of all that ever were. */
export async function endSessionsOfAppPassword(
  tx: Tx,
  { accountId, appPasswordId, at }: { accountId: number; appPasswordId: number; at: string },
): Promise<number[]> {
  const rows = await tx
    .selectFrom('sessions')
    .select('id')
    .where('account_id', '=', accountId)
    .where('app_password_id', '=', appPasswordId)
    .execute();
  await tx
    .updateTable('sessions')
    .set({ ended_at: at })
    .where('account_id', '=', accountId)
    .where('app_password_id', '=', appPasswordId)
    .where('ended_at', 'is', null)
    .execute();
  broadcastAfterCommit(tx, 'account.activity', { accountId });
  return rows.map(({ id }) => id);
}

export async function deleteSessionsOf(tx: Tx, accountId: number): Promise<void> {
  await tx.deleteFrom('sessions').where('account_id', '=', accountId).execute();
}

/** Forgets sessions that expired before a time. Returns how many. */
export async function deleteSessionsExpiredBefore(tx: Tx, time: Date): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('sessions')
    .where('expires_at', '<', time.toISOString())
    .executeTakeFirst();
  return Number(numDeletedRows);
}
