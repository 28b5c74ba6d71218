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
  const since = provedAt(account);
  await deleteIdentitiesSince(tx, account.id, since);
  await deletePasskeysSince(tx, account.id, since);
}

/** When the owner last showed that mail reaches them; before all times when that was never shown. */
export function provedAt({ email_verified_at, recovered_at }: Omit<Proved, 'id'>): string {
  const [verified, recovered] = [email_verified_at ?? '', recovered_at ?? ''];
  return verified > recovered ? verified : recovered;
}
