import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import { checkScope } from '../credential.ts';
import { minuteMs } from '../durations.ts';
import { DomainError, invalid } from '../errors.ts';
import { takeFrom } from '../limits.ts';
import { type OwnerCheck, type OwnerProof, ownerChallenge } from '../owner-proof.ts';
import { wrongAnswer } from '../passkeys/passkey.ts';
import type { PasskeyCheck } from '../passkeys/passkey-check.ts';
import type { Counters, Now, PasskeyAnswer, PasskeyVerifier, PasswordHasher } from '../ports.ts';
import type { CodeCheck } from '../second-factors/code-check.ts';
import { loginThrottle } from '../sessions/login-throttle.ts';
import { findSession } from '../sessions/session-store.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';

type Needs = {
  database: Database;
  now: Now;
  passwords: PasswordHasher;
  counters: Counters;
  verifier: Pick<PasskeyVerifier, 'challengeOf'>;
  verifications: Pick<VerificationService, 'findByToken' | 'consume'>;
  checkCode: CodeCheck;
  checkPasskey: PasskeyCheck;
};

/** How recent a session must be to replace a password that the account does not have. */
const freshSessionMs = 10 * minuteMs;
const guesses = { max: 10, windowMs: 15 * minuteMs };

/**
 * Asks for a fresh proof before something changes how to get in: a session alone may be a borrowed phone. It is the password,
 * a passkey or a second factor, each used up here; an account without a password may also have signed in within the last
 * ten minutes. Gives the account as it was checked.
 * @throws DomainError `forbidden` (by app password; the session is old) · `invalid` (the field, secondFactorCode, passkey) ·
 *   `wrong_password` · `gone` · `expired` (passkey) · `rate_limited`
 */
export function ownerCheck(needs: Needs): OwnerCheck {
  const { database, counters, verifier, verifications } = needs;
  const throttle = loginThrottle(counters, 'second-factor');

  /** Counted together with those who guess at the second step of a login. */
  async function checkOwnCode(accountId: number, code: string, address: string): Promise<void> {
    const attempt = { target: { accountId }, address, isKnownAddress: false };
    await throttle.begin(attempt);
    const use = await needs.checkCode(accountId, code, 'secondFactorCode');
    await database.transaction(use);
    await throttle.forgive(attempt);
  }

  async function checkOwnPasskey(
    { accountId, sessionId }: Viewer,
    answer: PasskeyAnswer,
    address: string,
  ): Promise<void> {
    const challenge = verifier.challengeOf(answer) ?? '';
    const verification = await verifications.findByToken('passkey', challenge).catch(asPasskey);
    const isOwn = verification.accountId === accountId && verification.sessionId === sessionId;
    if (!isOwn || verification.subject !== ownerChallenge) throw wrongAnswer('passkey');
    const shown = await needs.checkPasskey(answer, challenge, address).catch(asPasskey);
    if (shown.accountId !== accountId || !shown.isUserVerified) throw wrongAnswer('passkey');
    await database.transaction(async (tx) => {
      await verifications.consume(tx, verification);
      await shown.use(tx);
    });
  }

  return async (viewer, proof) => {
    checkScope(viewer, 'security');
    const { password, secondFactorCode = null, passkey = null, address } = proof;
    const account = await findAccount(database, viewer.accountId);
    if (!account) throw new DomainError('revoked_token', 'The session has ended; sign in again.');
    if ([password, secondFactorCode, passkey].filter((it) => it !== null).length > 1) {
      throw invalid(proof.field ?? 'password', 'or another proof is needed, and only one of them');
    }
    if (passkey !== null) await checkOwnPasskey(viewer, passkey, address);
    else if (secondFactorCode !== null) await checkOwnCode(account.id, secondFactorCode, address);
    else await checkOwnPassword(needs, account, viewer, proof);
    return account;
  };
}

async function checkOwnPassword(
  {
    database,
    now,
    passwords,
    counters,
  }: Pick<Needs, 'database' | 'now' | 'passwords' | 'counters'>,
  account: AccountRow,
  viewer: Viewer,
  { password, field = 'password' }: OwnerProof,
): Promise<void> {
  if (account.password_hash === null) {
    if (password !== null) throw invalid(field, 'must be left out: there is none yet');
    return checkFresh({ database, now }, viewer);
  }
  if (password === null) throw invalid(field, 'is required');
  const key = `owner:${account.id}`;
  await takeFrom(counters, [{ key, ...guesses }]);
  if (!(await passwords.verify(account.password_hash, password))) {
    throw new DomainError('wrong_password', 'The password is incorrect.');
  }
  await counters.clear(key);
}

/** @throws DomainError `forbidden` (the session is old) */
async function checkFresh(
  { database, now }: Pick<Needs, 'database' | 'now'>,
  viewer: Viewer,
): Promise<void> {
  const session = await findSession(database, viewer.sessionId);
  const oldestAt = new Date(now().getTime() - freshSessionMs).toISOString();
  if (session && session.created_at >= oldestAt) return;
  throw new DomainError(
    'forbidden',
    'The account has no password, so this works within ten minutes after signing in. Sign in again.',
  );
}

function asPasskey(error: unknown): never {
  throw error instanceof DomainError && error.code === 'invalid' ? wrongAnswer('passkey') : error;
}
