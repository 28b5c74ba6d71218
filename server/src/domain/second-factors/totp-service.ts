import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '../../db/database.ts';
import type { TotpKeyRow } from '../../db/schema.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { findAccount, lockAccount } from '../accounts/account-store.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import { listAppPasswords } from '../app-passwords/app-password-store.ts';
import type { AuditAction, AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError, invalid } from '../errors.ts';
import { emit } from '../events.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import type { Counters, Now, SecretBox, TokenSigner } from '../ports.ts';
import { base32, newReadableSecret, plainSecret } from '../readable-secret.ts';
import { endAccess, endPending } from '../sessions/access-ending.ts';
import { loginThrottle } from '../sessions/login-throttle.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { type CodeCheck, totpContext } from './code-check.ts';
import {
  countRecoveryCodes,
  deleteRecoveryCodesOf,
  insertRecoveryCodes,
} from './recovery-code-store.ts';
import {
  recoveryCodeBytes,
  recoveryCodeCount,
  recoveryCodeHash,
  type Security,
} from './second-factor.ts';
import { findStep, otpauthUri, totpKeyBytes } from './totp.ts';
import {
  confirmTotpKey,
  deleteTotpKeyOf,
  deleteUnconfirmedTotpKey,
  findTotpKey,
  insertTotpKey,
} from './totp-store.ts';

export type TotpService = ReturnType<typeof totpService>;

type Needs = {
  database: Database;
  now: Now;
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  box: SecretBox;
  audit: AuditLog;
  checkOwner: OwnerCheck;
  checkCode: CodeCheck;
};

type Act = { accountId: number; actorId: number | null; address: string };

type CodeGiven = { code: string; address: string };

/** Sets the second factor up, and takes it down. */
export function totpService(needs: Needs) {
  const { database, now, tokens, box, audit, checkOwner, checkCode } = needs;
  const throttle = loginThrottle(needs.counters, 'second-factor');

  /**
   * Makes a key. It protects nothing until a code of it was shown; until then the next call replaces it.
   * @throws DomainError `wrong_password` · `invalid` · `rate_limited` · `conflict` (there is one)
   */
  async function begin(viewer: Viewer, proof: OwnerProof): Promise<NewTotp> {
    await checkOwner(viewer, proof);
    const { accountId } = viewer;
    const account = await findAccount(database, accountId);
    const key = randomBytes(totpKeyBytes);
    const row: TotpKeyRow = {
      account_id: accountId,
      sealed_key: box.seal(key, totpContext(accountId)),
      last_step: 0,
      created_at: now().toISOString(),
      confirmed_at: null,
    };
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, row.created_at);
      await deleteUnconfirmedTotpKey(tx, accountId);
      if (await findTotpKey(tx, accountId)) {
        throw new DomainError('conflict', 'There is an authenticator already; remove it first.');
      }
      await insertTotpKey(tx, row);
    });
    const otpauth = otpauthUri(key, 'Rookery', account?.username ?? '');
    return { secret: base32(key), otpauthUri: otpauth };
  }

  /**
   * Confirms the key by a code of it. From now on the account is not opened without; its other sessions, which were, end.
   * @throws DomainError `forbidden` (by app password) · `invalid` (code) · `rate_limited` · `conflict` (no key waits)
   */
  async function confirm(viewer: Viewer, { code, address }: CodeGiven): Promise<string[]> {
    checkScope(viewer, 'security');
    const { accountId, sessionId } = viewer;
    const key = await findTotpKey(database, accountId);
    if (!key || key.confirmed_at !== null) throw nothingWaits();
    const secret = box.open(key.sealed_key, totpContext(accountId));
    const attempt = attemptOf(accountId, address);
    await throttle.begin(attempt);
    const step = findStep(secret, code.replace(/\s/g, ''), now());
    if (step === null) throw invalid('code', 'is not right');
    await throttle.forgive(attempt);
    const codes = newRecoveryCodes();
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      await lockViewer(tx, viewer, at);
      if (!(await confirmTotpKey(tx, key, { step, at }))) throw nothingWaits();
      await keepRecoveryCodes(tx, accountId, codes);
      await endAccess(tx, accountId, { at, keptSessionId: sessionId, isByOwner: true });
      await tell(tx, 'second-factor.added', { accountId, actorId: accountId, address });
    });
    return codes;
  }

  /**
   * Removes the second factor: a password opens the account again.
   * @throws DomainError `wrong_password` · `invalid` · `rate_limited` · `conflict` (there is none)
   */
  async function remove(viewer: Viewer, { code, ...proof }: CodeGiven & OwnerProof): Promise<void> {
    await checkOwner(viewer, proof);
    const { accountId } = viewer;
    const { address } = proof;
    if (!(await hasTotp(accountId))) throw noTotp();
    const attempt = attemptOf(accountId, address);
    await throttle.begin(attempt);
    const use = await checkCode(accountId, code);
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, now().toISOString());
      await use(tx);
      await takeDown(tx, { accountId, actorId: accountId, address });
    });
    await throttle.forgive(attempt);
  }

  /**
   * Removes the second factor for an operator, when its owner has lost authenticator and recovery codes.
   * @throws DomainError `conflict` (there is none)
   */
  async function drop(accountId: number): Promise<void> {
    await database.transaction(async (tx) => {
      await lockAccount(tx, accountId, now().toISOString());
      if (!(await findTotpKey(tx, accountId))) throw noTotp();
      await takeDown(tx, { accountId, actorId: null, address: '' });
    });
  }

  async function takeDown(tx: Tx, act: Act): Promise<void> {
    await deleteTotpKeyOf(tx, act.accountId);
    await deleteRecoveryCodesOf(tx, act.accountId);
    await endPending(tx, act.accountId, { at: now().toISOString(), isByOwner: true });
    await tell(tx, 'second-factor.removed', act);
  }

  /**
   * Makes new recovery codes; the old ones end.
   * @throws DomainError `wrong_password` · `invalid` · `rate_limited` · `conflict` (no second factor)
   */
  async function renewRecoveryCodes(viewer: Viewer, proof: OwnerProof): Promise<string[]> {
    await checkOwner(viewer, proof);
    const { accountId } = viewer;
    const codes = newRecoveryCodes();
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, now().toISOString());
      const key = await findTotpKey(tx, accountId);
      if (!key?.confirmed_at) throw noTotp();
      await keepRecoveryCodes(tx, accountId, codes);
      const act = { accountId, actorId: accountId, address: proof.address };
      await tell(tx, 'second-factor.added', act, 'recovery-codes');
    });
    return codes;
  }

  /** What protects the viewer's account. */
  async function readSecurity({ accountId }: Viewer): Promise<Security> {
    const account = await findAccount(database, accountId);
    if (!account) throw noSuchAccount();
    const ownerMark = passwordFingerprint(tokens, account);
    return {
      hasPassword: account.password_hash !== null,
      hasTotp: await hasTotp(accountId),
      recoveryCodesLeft: await countRecoveryCodes(database, accountId),
      passkeys: (await listPasskeys(database, accountId)).length,
      appPasswords: (await listAppPasswords(database, accountId, ownerMark)).length,
    };
  }

  async function hasTotp(accountId: number): Promise<boolean> {
    const key = await findTotpKey(database, accountId);
    return key !== null && key.confirmed_at !== null;
  }

  async function keepRecoveryCodes(tx: Tx, accountId: number, codes: string[]): Promise<void> {
    await deleteRecoveryCodesOf(tx, accountId);
    const plain = codes.map((code) => plainSecret(code, recoveryCodeBytes) ?? '');
    const hashes = plain.map((code) => recoveryCodeHash(tokens, accountId, code));
    const rows = hashes.map((code_hash) => ({ account_id: accountId, code_hash, used_at: null }));
    await insertRecoveryCodes(tx, rows);
  }

  async function tell(tx: Tx, action: AuditAction, act: Act, kind = 'totp'): Promise<void> {
    await audit.record(tx, { action, ...act, details: { kind } });
    const { accountId } = act;
    await emit(tx, now(), 'account.changed', { accountId, what: 'second-factor' });
  }

  return { begin, confirm, remove, drop, renewRecoveryCodes, readSecurity };
}

type NewTotp = {
  /** Base32, for those who type it into their app. */
  secret: string;
  /** For a QR code. */
  otpauthUri: string;
};

function attemptOf(accountId: number, address: string) {
  return { target: { accountId }, address, isKnownAddress: false };
}

function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => newReadableSecret(recoveryCodeBytes));
}

function nothingWaits(): DomainError {
  return new DomainError('conflict', 'No new authenticator waits to be confirmed.');
}

function noTotp(): DomainError {
  return new DomainError('conflict', 'There is no authenticator.');
}
