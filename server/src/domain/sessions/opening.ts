import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { SessionRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { noteLogin } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
} from '../idempotency-store.ts';
import type { Now, TokenSigner } from '../ports.ts';
import type { SecondFactorPolicy } from '../second-factors/second-factor-policy.ts';
import type { Login, PasswordCheck } from './password-check.ts';
import { requireSession } from './resolving.ts';
import {
  type OpenSession,
  type Proof,
  type SessionTokens,
  type SignInContext,
  sessionExpiry,
  wrongPassword,
} from './session.ts';
import { findLiveSession, findSession, insertSession } from './session-store.ts';
import type { TokensOf } from './session-tokens.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: TokenSigner;
  audit: AuditLog;
  /** Decides whether what somebody has shown is enough. */
  secondFactors: SecondFactorPolicy;
  checkPassword: PasswordCheck;
  tokensOf: TokensOf;
};

export type LogIn = Login & { idempotencyKey: string | null };

/** Every way of signing in ends here. */
export function sessionOpening(needs: Needs) {
  const { database, newId, now, tokens, audit, secondFactors, checkPassword, tokensOf } = needs;

  /**
   * Opens a session for somebody who knows the password, or one of the app passwords.
   * @throws DomainError `unknown_account` · `wrong_password` (after the same time) · `rate_limited` · `second_factor_required`
   */
  async function logIn(input: LogIn): Promise<SessionTokens> {
    const { id, proof } = await checkPassword(input);
    return open(id, proof, input, repeatOf(tokens, { login: input, accountId: id, proof }));
  }

  /** As `logIn`, for a session whose tokens are made elsewhere. @throws DomainError as `logIn` */
  async function logInPlain(input: Login): Promise<OpenSession> {
    const { id, proof } = await checkPassword(input);
    return openPlain(id, proof, input);
  }

  /** As `open`, for a session whose tokens are made elsewhere. @throws DomainError as `open` */
  async function openPlain(
    accountId: number,
    proof: Proof,
    context: SignInContext,
  ): Promise<OpenSession> {
    const row = await openSession(accountId, proof, context, null);
    return {
      id: row.id,
      accountId,
      audience: row.audience,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
    };
  }

  /**
   * Opens a session for somebody who has shown who they are: where every way of signing in ends.
   * @throws DomainError `wrong_password` when the account was disabled or its password changed meanwhile · `revoked_token` ·
   *   `second_factor_required` when it wants more than was shown; it carries the challenge
   */
  async function open(
    accountId: number,
    proof: Proof,
    context: SignInContext,
    repeat: IdempotentRequest | null = null,
  ): Promise<SessionTokens> {
    return tokensOf(await openSession(accountId, proof, context, repeat));
  }

  async function openSession(
    accountId: number,
    proof: Proof,
    context: SignInContext,
    repeat: IdempotentRequest | null,
  ): Promise<SessionRow> {
    if (await secondFactors.isMissing(database, accountId, proof)) {
      throw await secondFactors.ask(accountId, proof, context);
    }
    const earlier = await findIdempotentResult(database, repeat);
    const opened = earlier === null ? null : await findSession(database, earlier);
    // Tokens of a session that has ended since are worth nothing: a client that proves itself again gets another.
    if (opened && isLasting(opened)) return opened;
    const session = newSession(await newId('sessions'), accountId, context);
    const winner = await database.transaction(async (tx) => {
      const hash = 'passwordHash' in proof ? proof.passwordHash : null;
      const passwordHash = hash === null ? {} : { passwordHash: hash };
      const isOpen = await noteLogin(tx, accountId, { ...passwordHash, at: session.created_at });
      // Once more: it may have been set up since the question above, but not from here on.
      if (!isOpen || (await secondFactors.isMissing(tx, accountId, proof))) throw wrongPassword();
      const appPasswordId = await appPasswordBehind(tx, proof);
      await proof.use?.(tx);
      const other = await claimIdempotencyKey(tx, repeat, session.id, now(), earlier);
      if (other !== null) return other;
      await insertSession(tx, { ...session, app_password_id: appPasswordId });
      await audit.record(tx, {
        action: 'session.opened',
        accountId,
        actorId: accountId,
        address: context.device.address,
        details: { by: proof.by, audience: context.audience, sessionId: session.id },
      });
      return session.id;
    });
    return winner === session.id ? session : requireSession(database, winner);
  }

  /** A session that another one opens is of the same app password, and ends with it. */
  async function appPasswordBehind(tx: Tx, proof: Proof): Promise<number | null> {
    if (proof.by === 'app-password') return proof.appPasswordId;
    if (proof.by !== 'session') return null;
    const parent = await findLiveSession(tx, proof.sessionId);
    if (parent) return parent.app_password_id;
    throw new DomainError('revoked_token', 'The session has ended; sign in again.');
  }

  function isLasting({ ended_at, expires_at }: SessionRow): boolean {
    return ended_at === null && expires_at > now().toISOString();
  }

  function newSession(id: number, accountId: number, context: SignInContext): SessionRow {
    const { audience, device, lifeMs } = context;
    const at = now();
    const end = lifeMs === undefined ? null : new Date(at.getTime() + lifeMs).toISOString();
    return {
      id,
      account_id: accountId,
      audience,
      seed: randomBytes(16).toString('hex'),
      generation: 0,
      used_generation: 0,
      parent_generation: null,
      device: device.name.slice(0, 255),
      address: device.address,
      created_at: at.toISOString(),
      last_used_at: at.toISOString(),
      expires_at: end ?? sessionExpiry(at, at),
      ended_at: null,
      app_password_id: null,
    };
  }

  return { logIn, logInPlain, open, openPlain };
}

/** With the way in: a session opened by the password is not for somebody who knows an app password. */
function repeatOf(
  tokens: Needs['tokens'],
  { login, accountId, proof }: { login: LogIn; accountId: number; proof: Proof },
): IdempotentRequest | null {
  const appPasswordId = proof.by === 'app-password' ? proof.appPasswordId : null;
  const asked = JSON.stringify([foldName(login.login), appPasswordId]);
  const key = login.idempotencyKey;
  return idempotentRequest(tokens, { accountId, key, operation: 'sessions.logIn', asked });
}
