import type { Database } from '../../db/database.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/account-store.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import { listAppPasswords } from '../app-passwords/app-password-store.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import type { TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { countRecoveryCodes } from './recovery-code-store.ts';
import type { Security } from './second-factor.ts';
import { isConfirmed } from './totp.ts';
import { findTotpKey } from './totp-store.ts';

type Needs = { database: Database; tokens: Pick<TokenSigner, 'mac'> };

/** Shows people what protects their account. */
export function securityReading({ database, tokens }: Needs) {
  /** What protects the viewer's account. */
  async function readSecurity({ accountId }: Viewer): Promise<Security> {
    const account = await findAccount(database, accountId);
    if (!account) throw noSuchAccount();
    const ownerMark = passwordFingerprint(tokens, account);
    return {
      hasPassword: account.password_hash !== null,
      hasTotp: isConfirmed(await findTotpKey(database, accountId)),
      recoveryCodesLeft: await countRecoveryCodes(database, accountId),
      passkeys: (await listPasskeys(database, accountId)).length,
      appPasswords: (await listAppPasswords(database, accountId, ownerMark)).length,
    };
  }

  return { readSecurity };
}
