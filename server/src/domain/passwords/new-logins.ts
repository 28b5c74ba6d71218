import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { deleteIdentitiesSince } from '../identities/identity-store.ts';
import { deletePasskeysSince } from '../passkeys/passkey-store.ts';

type Proved = Pick<AccountRow, 'id' | 'email_verified_at' | 'recovered_at'>;

/**
 * Removes the identities and passkeys that were added after the owner last showed that mail reaches them: all of them,
 * where that was never shown. Somebody who had the account for a while may have made them, to come back.
 */
export async function removeNewLogins(tx: Tx, account: Proved): Promise<void> {
  const since = [account.email_verified_at, account.recovered_at]
    .filter((at) => at !== null)
    .reduce((latest, at) => (at > latest ? at : latest), '');
  await deleteIdentitiesSince(tx, account.id, since);
  await deletePasskeysSince(tx, account.id, since);
}
