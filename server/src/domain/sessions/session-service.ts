import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AccountRow, SessionRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { noteLogin } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { isEqualSecret } from '../equal-secrets.ts';
import { DomainError } from '../errors.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
} from '../idempotency-store.ts';
import type { AccessClaims, Counters, Now, PasswordHasher, TokenSigner } from '../ports.ts';
import type { SecondFactorPolicy } from '../second-factors/second-factor-policy.ts';
import { cancelVerificationsOfSessions } from '../verifications/verification-store.ts';
import { checkNotByAppPassword, roleOfSession, type Viewer } from '../viewer.ts';
import { loginThrottle } from './login-throttle.ts';
import { passwordRenewal } from './password-renewal.ts';
import {
  accessTokenSeconds,
  isReplaced,
  type OpenSession,
  type Proof,
  refreshStep,
  refreshTokenParts,
  type SessionTokens,
  type SessionView,
  type SignInContext,
  sessionExpiry,
} from './session.ts';
import {
  endSession,
  findLiveSession,
  findSession,
  hasSessionFrom,
  insertSession,
  listSessions,
  noteUsedGeneration,
  rotateSession,
} from './session-store.ts';

export type SessionService = ReturnType<typeof sessionService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  passwords: PasswordHasher;
  tokens: TokenSigner;
  counters: Counters;
  audit: AuditLog;
  /** Decides whether what somebody has shown is enough. */
  secondFactors: SecondFactorPolicy;
  /** See `AppPasswordService.findProof`. */
  appPasswords: { findProof(account: AccountRow | null, typed: string): Promise<Proof | null> };
};

export type LogIn = SignInContext & {
  /** Username, e-mail or login name. */
  login: string;
  password: string;
  idempotencyKey: string | null;
};

/** Logs in, refreshes, resolves tokens and ends sessions. */
export function sessionService(needs: Needs) {
  const { database, newId, now, passwords, tokens, audit, secondFactors, appPasswords } = needs;
  const throttle = loginThrottle(needs.counters);
  const renew = passwordRenewal({ database, passwords });

  /**
   * Opens a session for whoever knows the password, or one of the app passwords.
   * @throws DomainError `unknown_account` · `wrong_password` (after the same time) · `rate_limited` · `second_factor_required`
   */
  async function logIn(input: LogIn): Promise<SessionTokens> {
    const { id, proof } = await checkPassword(input);
    return open(id, proof, input, repeatOf(tokens, { login: input, accountId: id, proof }));
  }

  /** As `logIn`, for a session whose tokens are made elsewhere. @throws DomainError as `logIn` */
  async function logInPlain(input: Omit<LogIn, 'idempotencyKey'>): Promise<OpenSession> {
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
    // Tokens of a session that has ended since are worth nothing: whoever has shown enough once more gets another.
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
    return winner === session.id ? session : readSession(winner);
  }

  /** A session that another one opens is of the same app password, and ends with it. */
  async function appPasswordBehind(tx: Tx, proof: Proof): Promise<number | null> {
    if (proof.by === 'app-password') return proof.appPasswordId;
    if (proof.by !== 'session') return null;
    const parent = await findLiveSession(tx, proof.sessionId);
    if (parent) return parent.app_password_id;
    throw new DomainError('revoked_token', 'The session has ended; sign in again.');
  }

  async function checkPassword({
    login,
    password,
    device,
    audience,
  }: Omit<LogIn, 'idempotencyKey'>): Promise<{ id: number; proof: Proof }> {
    const nameKey = foldName(login);
    const account = await findAccountByName(database, nameKey, ['username', 'email', 'login_name']);
    const isKnownAddress =
      account !== null && (await hasSessionFrom(database, account.id, device.address));
    const target = account ? { accountId: account.id } : { unknownName: nameKey };
    const attempt = { target, address: device.address, isKnownAddress };
    await throttle.begin(attempt);
    const appProof = await appPasswords.findProof(account, password);
    const hash = account?.password_hash ?? null;
    const isRight = appProof !== null || (await passwords.verify(hash, password));
    if (!account || !isRight || account.disabled_at) {
      await database.transaction((tx) =>
        audit.record(tx, {
          action: 'session.refused',
          accountId: account?.id ?? null,
          actorId: null,
          address: device.address,
          details: { by: 'password', audience },
        }),
      );
      if (account) throw wrongPassword();
      throw new DomainError('unknown_account', 'The login or the password is wrong.');
    }
    await throttle.forgive(attempt);
    if (appProof) return { id: account.id, proof: appProof };
    const passwordHash = await renew(account.id, hash ?? '', password);
    return { id: account.id, proof: { by: 'password', passwordHash } };
  }

  /**
   * Exchanges a refresh token for the next pair. While nobody has used that pair, the answer may have been lost, and the
   * token gets another pair in its place. Afterwards it was stolen from somebody, and the session ends; ten seconds are
   * spared, in which clients repeat requests and tabs race, and all get the same.
   * @throws DomainError `bad_token` · `expired_token` · `revoked_token`
   */
  async function refresh(token: string, audience: string, address: string): Promise<SessionTokens> {
    const { session, generation } = await sessionOfRefreshToken(token, audience);
    const at = now();
    const lastUsed = at.toISOString();
    const expires = sessionExpiry(new Date(session.created_at), at);
    const parent_generation = generation;
    const next = { last_used_at: lastUsed, expires_at: expires, address, parent_generation };
    let current = session;
    let step = refreshStep(current, generation, at);
    while (step === 'rotate' && !current.ended_at) {
      const { generation: newest } = current;
      const isRotated = await database.transaction((tx) => rotateSession(tx, current, next));
      if (isRotated) return tokensOf({ ...current, ...next, generation: newest + 1 });
      // Another request was faster: what it has left decides.
      current = await readSession(session.id);
      step = refreshStep(current, generation, at);
    }
    if (step === 'repeat' && !current.ended_at) return tokensOf(current);
    await database.transaction((tx) => end(tx, session, { by: 'reuse', actorId: null, address }));
    throw new DomainError('revoked_token', 'The refresh token was used before; sign in again.');
  }

  async function sessionOfRefreshToken(token: string, audience: string) {
    const parts = refreshTokenParts(token);
    const session = parts ? await findSession(database, parts.sessionId) : null;
    if (!parts || !session || session.audience !== audience || !isMacOf(session, parts)) {
      throw new DomainError('bad_token', 'The refresh token is not valid.');
    }
    if (session.ended_at || !(await findLiveSession(database, session.id))) {
      throw new DomainError('revoked_token', 'The session has ended; sign in again.');
    }
    if (session.expires_at <= now().toISOString()) {
      throw new DomainError('expired_token', 'The session has expired; sign in again.');
    }
    return { session, generation: parts.generation };
  }

  function isMacOf(session: SessionRow, { generation, mac }: { generation: number; mac: string }) {
    const expected = macOf(session, generation);
    return isEqualSecret(mac, expected);
  }

  /** The seed makes tokens of a restored or reused id worthless; the key is not in the database. */
  function macOf(session: SessionRow, generation: number): string {
    return tokens.mac(`refresh ${session.id} ${session.seed} ${generation}`);
  }

  /**
   * Tells who asks.
   * @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token`
   */
  async function resolve(credential: string | null, audience: string): Promise<Viewer> {
    if (credential === null) throw new DomainError('no_token', 'This needs an access token.');
    return viewerOf(await tokens.verify(credential, audience));
  }

  /** Whose session it is that a checked token names. @throws DomainError `revoked_token` */
  async function viewerOf(claims: AccessClaims): Promise<Viewer> {
    const session = await findLiveSession(database, claims.sessionId);
    const isSame = session?.account_id === claims.accountId && session.audience === claims.audience;
    if (!session || !isSame) {
      throw new DomainError('revoked_token', 'The session has ended; sign in again.');
    }
    const { generation = 0 } = claims;
    if (isReplaced(session, generation)) {
      throw new DomainError('revoked_token', 'This token was replaced by another; refresh it.');
    }
    const isNewest = generation === session.generation;
    if (isNewest && generation > (session.used_generation ?? 0)) {
      await database.transaction((tx) => noteUsedGeneration(tx, session.id, generation));
    }
    return {
      accountId: session.account_id,
      sessionId: session.id,
      role: roleOfSession(session),
      isByAppPassword: session.app_password_id !== null,
      tokenExpiresAt: new Date(claims.expiresAt * 1000).toISOString(),
    };
  }

  /** Live sessions of the viewer, the one used last first. */
  async function list(viewer: Viewer): Promise<SessionView[]> {
    const rows = await listSessions(database, viewer.accountId, now().toISOString());
    return rows.map((row) => viewOf(row, viewer));
  }

  /** Ends one session of the viewer's. @throws DomainError `not_found` · `forbidden` (another one, by app password) */
  async function endOne(viewer: Viewer, sessionId: number, address: string): Promise<void> {
    if (sessionId !== viewer.sessionId) checkNotByAppPassword(viewer);
    const session = { id: sessionId, account_id: viewer.accountId };
    const how = { by: 'logout', actorId: viewer.accountId, address };
    const isEnded = await database.transaction((tx) => end(tx, session, how));
    if (!isEnded) throw new DomainError('not_found', 'There is no such session.');
  }

  async function end(
    tx: Tx,
    { id, account_id: accountId }: Pick<SessionRow, 'id' | 'account_id'>,
    { by, actorId, address }: { by: string; actorId: number | null; address: string },
  ): Promise<boolean> {
    const at = now().toISOString();
    if (!(await endSession(tx, { id, accountId, at }))) return false;
    await cancelVerificationsOfSessions(tx, accountId, [id], at);
    const details = { by, sessionId: id };
    await audit.record(tx, { action: 'session.ended', accountId, actorId, address, details });
    return true;
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

  async function tokensOf(session: SessionRow): Promise<SessionTokens> {
    const issuedAt = Math.floor(now().getTime() / 1000);
    const accessToken = await tokens.sign({
      accountId: session.account_id,
      sessionId: session.id,
      audience: session.audience,
      issuedAt,
      expiresAt: issuedAt + accessTokenSeconds,
      generation: session.generation,
    });
    const mac = macOf(session, session.generation);
    return {
      sessionId: session.id,
      accountId: session.account_id,
      accessToken,
      accessTokenSeconds,
      refreshToken: `${session.id}.${session.generation}.${mac}`,
    };
  }

  async function readSession(id: number): Promise<SessionRow> {
    const session = await findSession(database, id);
    if (!session) throw new DomainError('revoked_token', 'The session has ended; sign in again.');
    return session;
  }

  return { logIn, logInPlain, open, openPlain, refresh, resolve, viewerOf, list, end: endOne };
}

function wrongPassword(): DomainError {
  return new DomainError('wrong_password', 'The login or the password is wrong.');
}

function viewOf(row: SessionRow, viewer: Viewer): SessionView {
  return {
    id: row.id,
    device: row.device,
    address: row.address,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    isCurrent: row.id === viewer.sessionId,
  };
}

/** With the way in: what was opened by the password is not for whoever knows an app password. */
function repeatOf(
  tokens: Needs['tokens'],
  { login, accountId, proof }: { login: LogIn; accountId: number; proof: Proof },
): IdempotentRequest | null {
  const appPasswordId = proof.by === 'app-password' ? proof.appPasswordId : null;
  const asked = JSON.stringify([foldName(login.login), appPasswordId]);
  const key = login.idempotencyKey;
  return idempotentRequest(tokens, { accountId, key, operation: 'sessions.logIn', asked });
}
