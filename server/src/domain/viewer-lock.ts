import type { Tx } from '../db/database.ts';
import { lockAccount } from './accounts/account-store.ts';
import { DomainError } from './errors.ts';
import { findLiveSession } from './sessions/session-store.ts';
import type { Viewer } from './viewer.ts';

/**
 * Locks the viewer's account until the transaction ends, and checks that their session is still open: a password that
 * was changed while a slow request was checked must not be followed by a new way in.
 * @throws DomainError `revoked_token`
 */
export async function lockViewer(
  tx: Tx,
  { accountId, sessionId }: Viewer,
  at: string,
): Promise<void> {
  const isThere = await lockAccount(tx, accountId, at);
  if (isThere && (await findLiveSession(tx, sessionId))) return;
  throw new DomainError('revoked_token', 'The session has ended; sign in again.');
}
