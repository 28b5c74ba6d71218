import type { Tx } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import { deleteUnconfirmedTotpKey } from '../second-factors/totp-store.ts';
import type { Purpose } from '../verifications/verification.ts';
import { cancelVerificationsOf } from '../verifications/verification-store.ts';
import { endSessionsOf } from './session-store.ts';

type End = {
  at: string;
  /** The session that stays; default: none. */
  keptSessionId?: number;
  /** Whether the owner did it in a session, so that the account is in the same hands as before; default: no. */
  isByOwner?: boolean;
};

/** These open no account: they end with a session, or with the rights of the moderator who made them. */
const noWaysIn: readonly Purpose[] = ['invite', 'verify-phone'];

/**
 * Ends what was opened or handed out before a change of who may get in (docs/decisions/0024): sessions, and with them
 * pushes and live events, and every pending link, code and challenge. Call it after the write that locks the account's row.
 */
export async function endAccess(tx: Tx, accountId: number, end: End): Promise<void> {
  await endSessionsOf(tx, accountId, end.at, end.keptSessionId);
  await endPending(tx, accountId, end);
}

/** The same where sessions stay. The key of an authenticator that nobody has confirmed was handed out, too. */
export async function endPending(
  tx: Tx,
  accountId: number,
  { at, isByOwner = false }: Pick<End, 'at' | 'isByOwner'>,
): Promise<void> {
  const account = await findAccount(tx, accountId);
  const kept = { purposes: isByOwner ? noWaysIn : [], email: account?.email ?? null };
  await cancelVerificationsOf(tx, accountId, at, kept);
  await deleteUnconfirmedTotpKey(tx, accountId);
}
