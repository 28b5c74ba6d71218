import type { VerificationRow } from '../../db/schema.ts';
import type { TokenSigner } from '../ports.ts';
import { codeDigitsOf, detailsOf } from './verification.ts';

type Secret = Pick<VerificationRow, 'id' | 'seed' | 'purpose'>;

export type VerificationSecrets = ReturnType<typeof verificationSecrets>;

/** Works out the tokens and codes of verifications. */
export function verificationSecrets({ tokens }: { tokens: Pick<TokenSigner, 'mac'> }) {
  /** For links and challenges: 128 bits, `<id>.<32 hex digits>`. */
  function tokenOf(row: Secret): string {
    return `${row.id}.${macOf(row, 'token').slice(0, 32)}`;
  }

  /** For people to type: six digits, or four that do not begin with a zero, which some clients would lose. */
  function codeOf(row: Secret & Pick<VerificationRow, 'details'>): string {
    const number = Number.parseInt(macOf(row, 'code').slice(0, 12), 16);
    if (codeDigitsOf(detailsOf(row)) === 4) return String(1000 + (number % 9000));
    return String(number % 1_000_000).padStart(6, '0');
  }

  function macOf({ id, seed, purpose }: Secret, as: string): string {
    return tokens.mac(`verification ${as} ${purpose} ${id} ${seed}`);
  }

  return { tokenOf, codeOf };
}
