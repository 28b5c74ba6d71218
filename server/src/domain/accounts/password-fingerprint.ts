import type { AccountRow } from '../../db/schema.ts';
import type { TokenSigner } from '../ports.ts';

/**
 * Tells one password of an account from the next, without telling anything of either. What carries it ends when the
 * password is changed, by whatever way.
 */
export function passwordFingerprint(
  tokens: Pick<TokenSigner, 'mac'>,
  { id, password_hash }: Pick<AccountRow, 'id' | 'password_hash'>,
): string {
  return tokens.mac(`password of ${id}: ${password_hash ?? ''}`);
}
