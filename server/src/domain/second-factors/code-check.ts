import type { Database, Tx } from '../../db/database.ts';
import { invalid } from '../errors.ts';
import type { Now, SecretBox, TokenSigner } from '../ports.ts';
import { plainSecret } from '../readable-secret.ts';
import { takeRecoveryCode } from './recovery-code-store.ts';
import { recoveryCodeBytes, recoveryCodeHash } from './second-factor.ts';
import { findStep } from './totp.ts';
import { findTotpKey, takeTotpStep } from './totp-store.ts';

/**
 * Looks at a code that somebody typed, of their authenticator app or from their list of recovery codes.
 * Returns what uses it up, in the transaction of what it allows.
 * @param field what the input is called; default: `code`
 * @throws DomainError `invalid` (the field), also by what it returns
 */
export type CodeCheck = (
  accountId: number,
  typed: string,
  field?: string,
) => Promise<(tx: Tx) => Promise<void>>;

type Needs = {
  database: Database;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  box: SecretBox;
};

export function codeCheck({ database, now, tokens, box }: Needs): CodeCheck {
  return async (accountId, typed, field = 'code') => {
    const recoveryCode = plainSecret(typed, recoveryCodeBytes);
    if (recoveryCode !== null) {
      const code = {
        account_id: accountId,
        code_hash: recoveryCodeHash(tokens, accountId, recoveryCode),
      };
      return async (tx) => {
        if (!(await takeRecoveryCode(tx, code, now().toISOString()))) throw wrongCode(field);
      };
    }
    const key = await findTotpKey(database, accountId);
    if (!key?.confirmed_at) throw wrongCode(field);
    const code = typed.replace(/\s/g, '');
    const step = findStep(box.open(key.sealed_key, totpContext(accountId)), code, now());
    if (step === null) throw wrongCode(field);
    return async (tx) => {
      if (await takeTotpStep(tx, key, step)) return;
      throw invalid(field, 'was used already; wait for the next one');
    };
  };
}

/** What a TOTP key is sealed for: moved to another account it does not open. */
export function totpContext(accountId: number): string {
  return `totp ${accountId}`;
}

function wrongCode(field: string) {
  return invalid(field, 'is incorrect');
}
