import type { Database, Db } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { findAccount, lockAccount } from '../accounts/account-store.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import { DomainError, type SecondFactorChallenge } from '../errors.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import type { TokenSigner } from '../ports.ts';
import type { Proof, SignInContext } from '../sessions/session.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';
import { countRecoveryCodes } from './recovery-code-store.ts';
import { challengeLifeMs } from './second-factor.ts';
import { isConfirmed } from './totp.ts';
import { findTotpKey } from './totp-store.ts';

export type SecondFactorPolicy = ReturnType<typeof secondFactorPolicy>;

type Needs = {
  database: Database;
  verifications: Pick<VerificationService, 'prepare' | 'issueBeside' | 'tokenOf'>;
  tokens: Pick<TokenSigner, 'mac'>;
};

/** Which proofs an account with a second factor takes alone. Total: a new way of signing in has to decide. */
const isEnoughAlone: Record<Proof['by'], boolean> = {
  password: false,
  identity: false,
  // Something that somebody has and something they know or are, in one.
  passkey: true,
  'app-password': true,
  'second-factor': true,
  // Of a session that was opened by one of these, and of an account that was made just now.
  session: true,
  'sign-up': true,
};

/**
 * The one policy of every way in (docs/decisions/0017): an account with a confirmed TOTP key is not opened by a password
 * or a social identity alone.
 */
export function secondFactorPolicy({ database, verifications, tokens }: Needs) {
  /** Whether the account wants more than what was shown. */
  async function isMissing(db: Db, accountId: number, proof: Proof): Promise<boolean> {
    if (isEnoughAlone[proof.by]) return false;
    return isConfirmed(await findTotpKey(db, accountId));
  }

  /**
   * The error that asks for the second factor. What it contains is valid for the account, this sign-in context and the password as it is.
   * @throws DomainError `wrong_password` when nobody may enter, or what was shown opens the account no more
   */
  async function ask(
    accountId: number,
    proof: Proof,
    { audience }: SignInContext,
  ): Promise<DomainError> {
    const account = await findAccount(database, accountId);
    if (!isOpenedBy(account, proof)) throw wrongPassword();
    const row = await verifications.prepare({
      purpose: 'second-factor',
      accountId,
      subject: audience,
      details: { password: passwordFingerprint(tokens, account) },
      lifeMs: challengeLifeMs,
    });
    await database.transaction(async (tx) => {
      // What ends the challenges there are (an account disabled, an identity unlinked) waits for this one, or is seen here.
      const isThere = await lockAccount(tx, accountId, row.created_at);
      if (!isThere || !isOpenedBy(await findAccount(tx, accountId), proof)) throw wrongPassword();
      await proof.use?.(tx);
      await verifications.issueBeside(tx, row);
    });
    const challenge = {
      token: verifications.tokenOf(row),
      methods: await methodsOf(accountId),
      expiresAt: row.expires_at,
    };
    const message = 'Correct so far. Now provide your second factor.';
    return new DomainError('second_factor_required', message, { challenge });
  }

  async function methodsOf(accountId: number): Promise<SecondFactorChallenge['methods']> {
    const hasCodes = (await countRecoveryCodes(database, accountId)) > 0;
    const hasPasskeys = (await listPasskeys(database, accountId)).length > 0;
    return [
      'totp',
      ...(hasCodes ? (['recovery-code'] as const) : []),
      ...(hasPasskeys ? (['passkey'] as const) : []),
    ];
  }

  return { isMissing, ask };
}

/** Whether what was shown still opens the account, but for its second factor. */
function isOpenedBy(account: AccountRow | null, proof: Proof): account is AccountRow {
  if (!account || !isActive(account)) return false;
  return !('passwordHash' in proof) || proof.passwordHash === account.password_hash;
}

function wrongPassword(): DomainError {
  return new DomainError('wrong_password', 'The login or password is incorrect.');
}
