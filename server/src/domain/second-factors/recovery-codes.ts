import type { Tx } from '../../db/database.ts';
import type { TokenSigner } from '../ports.ts';
import { newReadableSecret, plainSecret } from '../readable-secret.ts';
import { deleteRecoveryCodesOf, insertRecoveryCodes } from './recovery-code-store.ts';
import { recoveryCodeBytes, recoveryCodeCount, recoveryCodeHash } from './second-factor.ts';

/** As they are shown to their owner, once. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => newReadableSecret(recoveryCodeBytes));
}

/** Replaces the recovery codes of an account. */
export async function keepRecoveryCodes(
  tx: Tx,
  tokens: Pick<TokenSigner, 'mac'>,
  accountId: number,
  codes: string[],
): Promise<void> {
  await deleteRecoveryCodesOf(tx, accountId);
  const plain = codes.map((code) => plainSecret(code, recoveryCodeBytes) ?? '');
  const hashes = plain.map((code) => recoveryCodeHash(tokens, accountId, code));
  const rows = hashes.map((code_hash) => ({ account_id: accountId, code_hash, used_at: null }));
  await insertRecoveryCodes(tx, rows);
}
