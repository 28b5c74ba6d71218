import type { Db } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import type { TokenSigner } from '../ports.ts';

/** Nobody: takes as long as somebody. */
export const nobody = { id: 0, password_hash: null };

/** The fingerprint of the password that an account has now: app passwords end with it. */
export async function findOwnerMark(
  { db, tokens }: { db: Db; tokens: Pick<TokenSigner, 'mac'> },
  accountId: number,
): Promise<string> {
  return passwordFingerprint(tokens, (await findAccount(db, accountId)) ?? nobody);
}
