import type { Database, Tx } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError, invalid } from '../errors.ts';
import { knownPasskey, wrongAnswer } from '../passkeys/passkey.ts';
import type { PasskeyCheck } from '../passkeys/passkey-check.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import type {
  Counters,
  PasskeyAnswer,
  PasskeyRequest,
  PasskeyVerifier,
  TokenSigner,
} from '../ports.ts';
import { loginThrottle } from '../sessions/login-throttle.ts';
import type { SessionTokens, SignInContext } from '../sessions/session.ts';
import type { SessionService } from '../sessions/session-service.ts';
import { hasSessionFrom } from '../sessions/session-store.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';
import type { CodeCheck } from './code-check.ts';

export type SecondFactorService = ReturnType<typeof secondFactorService>;

type Needs = {
  database: Database;
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  verifier: PasskeyVerifier;
  verifications: Pick<VerificationService, 'findByToken' | 'countTry' | 'consume'>;
  checkCode: CodeCheck;
  checkPasskey: PasskeyCheck;
  sessions: Pick<SessionService, 'open'>;
};

/** The second step of signing in: what the challenge of the first was answered with. */
export type SecondStep = { challenge: string } & ({ code: string } | { passkey: PasskeyAnswer });

type Pending = {
  verification: { id: number };
  accountId: number;
  passwordHash: string | null;
};

/** Finishes what was begun with a password or a social identity. */
export function secondFactorService(needs: Needs) {
  const { database, verifier, verifications } = needs;
  const throttle = loginThrottle(needs.counters, 'second-factor');

  /**
   * Opens a session for the person who completes a challenge. Each call uses one of its five attempts.
   * @throws DomainError `invalid` (challenge, code, response) · `gone` · `expired` · `rate_limited` ·
   *   `wrong_password` (disabled, or the password was changed meanwhile)
   */
  async function finish(step: SecondStep, context: SignInContext): Promise<SessionTokens> {
    const { verification, accountId, passwordHash } = await findPending(
      needs,
      step.challenge,
      context,
    );
    const { address } = context.device;
    const isKnownAddress = await hasSessionFrom(database, accountId, address);
    const attempt = { target: { accountId }, address, isKnownAddress };
    await throttle.begin(attempt);
    await verifications.countTry(verification);
    try {
      const useFactor = await check(needs, accountId, step, address);
      const use = async (tx: Tx) => {
        await verifications.consume(tx, verification);
        await useFactor(tx);
      };
      const proof = { by: 'second-factor', passwordHash, use } as const;
      const session = await needs.sessions.open(accountId, proof, context);
      await throttle.forgive(attempt);
      return session;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'invalid') {
        await noteRefusal(needs, accountId, context);
      }
      throw error;
    }
  }

  /** What a browser needs to answer a challenge with a passkey. @throws DomainError as `finish` */
  async function passkeyOptions(
    challenge: string,
    context: SignInContext,
  ): Promise<PasskeyRequest> {
    const { accountId } = await findPending(needs, challenge, context);
    const allowed = (await listPasskeys(database, accountId)).map(knownPasskey);
    if (allowed.length === 0) throw new DomainError('not_found', 'No passkey is registered.');
    return verifier.requestOptions({ challenge, allowed });
  }

  return { finish, passkeyOptions };
}

/** A challenge of this sign-in context, while its account and the password are what they were. */
async function findPending(
  { database, tokens, verifications }: Pick<Needs, 'database' | 'tokens' | 'verifications'>,
  challenge: string,
  { audience }: SignInContext,
): Promise<Pending> {
  const verification = await verifications
    .findByToken('second-factor', challenge)
    .catch(asChallenge);
  const { accountId, subject, details } = verification;
  if (accountId === null || subject !== audience) throw unknownChallenge();
  const account = await findAccount(database, accountId);
  if (!account || !isActive(account) || details.password !== passwordFingerprint(tokens, account)) {
    throw new DomainError('wrong_password', 'The account has changed; sign in again.');
  }
  return { verification, accountId, passwordHash: account.password_hash };
}

/** @throws DomainError `invalid` (code, passkey) */
async function check(
  { checkCode, checkPasskey }: Pick<Needs, 'checkCode' | 'checkPasskey'>,
  accountId: number,
  step: SecondStep,
  address: string,
) {
  if ('code' in step) return checkCode(accountId, step.code);
  const shown = await checkPasskey(step.passkey, step.challenge, address).catch(asPasskey);
  if (shown.accountId !== accountId) throw wrongAnswer('passkey');
  return shown.use;
}

function noteRefusal(
  { database, audit }: Pick<Needs, 'database' | 'audit'>,
  accountId: number,
  { audience, device }: SignInContext,
): Promise<void> {
  return database.transaction((tx) =>
    audit.record(tx, {
      action: 'session.refused',
      accountId,
      actorId: null,
      address: device.address,
      details: { by: 'second-factor', audience },
    }),
  );
}

function asPasskey(error: unknown): never {
  throw error instanceof DomainError && error.code === 'invalid' ? wrongAnswer('passkey') : error;
}

function asChallenge(error: unknown): never {
  throw error instanceof DomainError && error.code === 'invalid' ? unknownChallenge() : error;
}

function unknownChallenge(): DomainError {
  return invalid('challenge', 'is not valid; sign in again');
}
