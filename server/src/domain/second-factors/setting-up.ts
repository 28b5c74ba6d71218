import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '../../db/database.ts';
import type { TotpKeyRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError, invalid } from '../errors.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Now, SecretBox, TokenSigner } from '../ports.ts';
import { base32 } from '../readable-secret.ts';
import { endAccess } from '../sessions/access-ending.ts';
import type { LoginThrottle } from '../sessions/login-throttle.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { totpContext } from './code-check.ts';
import { noteFactorChange } from './factor-change.ts';
import { keepRecoveryCodes, newRecoveryCodes } from './recovery-codes.ts';
import { findStep, otpauthUri, totpKeyBytes } from './totp.ts';
import {
  confirmTotpKey,
  deleteUnconfirmedTotpKey,
  findTotpKey,
  insertTotpKey,
} from './totp-store.ts';

type Needs = {
  database: Database;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  box: SecretBox;
  audit: AuditLog;
  checkOwner: OwnerCheck;
  throttle: LoginThrottle;
  /** What an authenticator app shows beside the codes. */
  instanceName: string;
};

type NewTotp = {
  /** Base32, for those who type it into their app. */
  secret: string;
  /** For a QR code. */
  otpauthUri: string;
};

/** Sets an authenticator app up. */
export function totpSettingUp(needs: Needs) {
  const { database, now, tokens, box, audit, checkOwner, throttle, instanceName } = needs;

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
      await putKey(tx, row);
    });
    const otpauth = otpauthUri(key, instanceName, account?.username ?? '');
    return { secret: base32(key), otpauthUri: otpauth };
  }

  /**
   * Confirms the key by a code of it. From now on the account is not opened without; its other sessions, which were, end.
   * @throws DomainError `forbidden` (by app password) · `invalid` (code) · `rate_limited` · `conflict` (no key waits)
   */
  async function confirm(
    viewer: Viewer,
    { code, address }: { code: string; address: string },
  ): Promise<string[]> {
    checkScope(viewer, 'security');
    const { accountId, sessionId } = viewer;
    const key = await findTotpKey(database, accountId);
    if (!key || key.confirmed_at !== null) throw nothingWaits();
    const secret = box.open(key.sealed_key, totpContext(accountId));
    const attempt = { target: { accountId }, address, isKnownAddress: false };
    await throttle.begin(attempt);
    const step = findStep(secret, code.replace(/\s/g, ''), now());
    if (step === null) throw invalid('code', 'is incorrect');
    await throttle.forgive(attempt);
    const codes = newRecoveryCodes();
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      await lockViewer(tx, viewer, at);
      if (!(await confirmTotpKey(tx, key, { step, at }))) throw nothingWaits();
      await keepRecoveryCodes(tx, tokens, accountId, codes);
      await endAccess(tx, accountId, { at, keptSessionId: sessionId, isByOwner: true });
      const change = { accountId, actorId: accountId, address };
      await noteFactorChange(tx, { now, audit }, 'second-factor.added', change);
    });
    return codes;
  }

  return { begin, confirm };
}

/** In place of a key that nobody has confirmed. @throws DomainError `conflict` (there is a confirmed one) */
async function putKey(tx: Tx, row: TotpKeyRow): Promise<void> {
  await deleteUnconfirmedTotpKey(tx, row.account_id);
  if (await findTotpKey(tx, row.account_id)) {
    throw new DomainError('conflict', 'There is an authenticator already; remove it first.');
  }
  await insertTotpKey(tx, row);
}

function nothingWaits(): DomainError {
  return new DomainError('conflict', 'No authenticator app is waiting to be confirmed.');
}
