import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { PasskeyRow } from '../../db/schema.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditAction, AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { type OwnerCheck, type OwnerProof, ownerChallenge } from '../owner-proof.ts';
import type {
  NewPasskey,
  Now,
  PasskeyAnswer,
  PasskeyCreation,
  PasskeyRequest,
  PasskeyVerifier,
  TokenSigner,
} from '../ports.ts';
import { endPending } from '../sessions/access-ending.ts';
import { type SessionTokens, type SignInContext } from '../sessions/session.ts';
import type { SessionService } from '../sessions/session-service.ts';
import { checkLine } from '../text.ts';
import type { Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import {
  maxPasskeys,
  type PasskeyView,
  passkeyChallengeLifeMs,
  userHandle,
  wrongAnswer,
} from './passkey.ts';
import type { PasskeyCheck } from './passkey-check.ts';
import { deletePasskey, insertPasskey, listPasskeys } from './passkey-store.ts';

export type PasskeyService = ReturnType<typeof passkeyService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  verifier: PasskeyVerifier;
  verifications: Pick<
    VerificationService,
    'prepare' | 'issueBeside' | 'tokenOf' | 'findByToken' | 'consume'
  >;
  audit: AuditLog;
  checkOwner: OwnerCheck;
  checkPasskey: PasskeyCheck;
  sessions: Pick<SessionService, 'open'>;
};

type Use = 'registration' | 'sign-in' | typeof ownerChallenge;

/** Registers passkeys, and signs in with them. The challenge that is signed is a verification, which works once. */
export function passkeyService(needs: Needs) {
  const { database, newId, now, tokens, verifier, verifications, audit, sessions } = needs;

  /** What a browser needs to make a passkey for the viewer. @throws DomainError `forbidden` (by app password) */
  async function beginRegistration(viewer: Viewer): Promise<PasskeyCreation> {
    checkScope(viewer, 'security');
    const { accountId } = viewer;
    const account = await findAccount(database, accountId);
    if (!account) throw noSuchAccount();
    const { username: name, display_name: displayName } = account;
    const known = await listPasskeys(database, accountId);
    return verifier.creationOptions({
      challenge: await newChallenge('registration', viewer),
      user: { handle: userHandle(tokens, accountId), name, displayName },
      known: known.map(knownPasskey),
    });
  }

  /**
   * Keeps the passkey that a browser has made.
   * @throws DomainError as `OwnerCheck` · `invalid` (response) · `gone` · `expired` · `taken` · `conflict` (too many)
   */
  async function register(
    viewer: Viewer,
    { name, response, ...proof }: { name: string; response: PasskeyAnswer } & OwnerProof,
  ): Promise<PasskeyView> {
    checkLine('name', name);
    await needs.checkOwner(viewer, proof);
    const { accountId } = viewer;
    const { challenge, verification } = await findChallenge('registration', response);
    if (verification.accountId !== accountId) throw wrongAnswer();
    const made = await verifier.checkCreation(response, challenge);
    if (!made) throw wrongAnswer();
    if ((await listPasskeys(database, accountId)).length >= maxPasskeys) {
      throw new DomainError('conflict', 'There are too many passkeys; delete one first.');
    }
    const row = rowOf(await newId('passkeys'), { accountId, name, made });
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, row.created_at);
      await verifications.consume(tx, verification);
      if (!(await insertPasskey(tx, row))) {
        throw new DomainError('taken', 'This passkey is registered already.');
      }
      await tell(tx, 'second-factor.added', row, proof.address);
    });
    return viewOf(row);
  }

  /** The viewer's, the newest first. */
  async function list({ accountId }: Viewer): Promise<PasskeyView[]> {
    return (await listPasskeys(database, accountId)).map(viewOf);
  }

  /** @throws DomainError as `OwnerCheck` · `not_found` */
  async function remove(
    viewer: Viewer,
    { id, ...proof }: { id: number } & OwnerProof,
  ): Promise<void> {
    await needs.checkOwner(viewer, proof);
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, now().toISOString());
      if (!(await deletePasskey(tx, accountId, id))) {
        throw new DomainError('not_found', 'There is no such passkey.');
      }
      const removed = { id, account_id: accountId };
      await tell(tx, 'second-factor.removed', removed, proof.address);
    });
  }

  /** What a browser needs to show by a passkey that the viewer's account is theirs. @throws DomainError `forbidden` (by app password) · `not_found` (there is none) */
  async function beginOwnerCheck(viewer: Viewer): Promise<PasskeyRequest> {
    checkScope(viewer, 'security');
    const allowed = (await listPasskeys(database, viewer.accountId)).map(knownPasskey);
    if (allowed.length === 0) throw new DomainError('not_found', 'There is no passkey.');
    const challenge = await newChallenge(ownerChallenge, viewer);
    return verifier.requestOptions({ challenge, allowed });
  }

  /** What a browser needs to sign somebody in whom nobody has named yet. */
  async function beginSignIn(): Promise<PasskeyRequest> {
    const challenge = await newChallenge('sign-in');
    return verifier.requestOptions({ challenge, allowed: null });
  }

  /**
   * Opens a session for the owner of a passkey who was verified by the authenticator.
   * @throws DomainError `invalid` (response) · `gone` · `expired` · `wrong_password` (disabled)
   */
  async function signIn(response: PasskeyAnswer, context: SignInContext): Promise<SessionTokens> {
    const { challenge, verification } = await findChallenge('sign-in', response);
    const shown = await needs.checkPasskey(response, challenge, context.device.address);
    if (!shown.isUserVerified) throw wrongAnswer();
    const use = async (tx: Tx) => {
      await verifications.consume(tx, verification);
      await shown.use(tx);
    };
    return sessions.open(shown.accountId, { by: 'passkey', use }, context);
  }

  async function newChallenge(use: Use, viewer?: Viewer): Promise<string> {
    const row = await verifications.prepare({
      purpose: 'passkey',
      accountId: viewer?.accountId ?? null,
      ...(viewer ? { sessionId: viewer.sessionId } : {}),
      subject: use,
      lifeMs: passkeyChallengeLifeMs,
    });
    await database.transaction((tx) => verifications.issueBeside(tx, row));
    return verifications.tokenOf(row);
  }

  async function findChallenge(
    use: Use,
    response: PasskeyAnswer,
  ): Promise<{ challenge: string; verification: Verification }> {
    const challenge = verifier.challengeOf(response) ?? '';
    const verification = await verifications.findByToken('passkey', challenge).catch(asWrongAnswer);
    if (verification.subject !== use) throw wrongAnswer();
    return { challenge, verification };
  }

  function rowOf(
    id: number,
    { accountId, name, made }: { accountId: number; name: string; made: NewPasskey },
  ): PasskeyRow {
    return {
      id,
      account_id: accountId,
      credential_id: made.credentialId,
      public_key: made.publicKey,
      counter: made.counter,
      transports: made.transports.join(','),
      name,
      created_at: now().toISOString(),
      last_used_at: null,
    };
  }

  async function tell(
    tx: Tx,
    action: AuditAction,
    { id, account_id: accountId }: Pick<PasskeyRow, 'id' | 'account_id'>,
    address: string,
  ): Promise<void> {
    const details = { kind: 'passkey', passkeyId: id };
    await endPending(tx, accountId, { at: now().toISOString(), isByOwner: true });
    await audit.record(tx, { action, accountId, actorId: accountId, address, details });
    await emit(tx, now(), 'account.changed', { accountId, what: 'second-factor' });
  }

  return { beginRegistration, register, list, remove, beginOwnerCheck, beginSignIn, signIn };
}

/** A passkey as the authenticator is asked for it. */
export function knownPasskey(row: PasskeyRow): { credentialId: string; transports: string[] } {
  const transports = row.transports.split(',').filter((name) => name !== '');
  return { credentialId: row.credential_id, transports };
}

function asWrongAnswer(error: unknown): never {
  throw error instanceof DomainError && error.code === 'invalid' ? wrongAnswer() : error;
}

function viewOf(row: PasskeyRow): PasskeyView {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
