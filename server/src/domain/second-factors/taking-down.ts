import type { Database, Tx } from '../../db/database.ts';
import { lockAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Now } from '../ports.ts';
import { endPending } from '../sessions/access-ending.ts';
import type { LoginThrottle } from '../sessions/login-throttle.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import type { CodeCheck } from './code-check.ts';
import { type FactorChange, noteFactorChange } from './factor-change.ts';
import { deleteRecoveryCodesOf } from './recovery-code-store.ts';
import { noTotp } from './second-factor.ts';
import { isConfirmed } from './totp.ts';
import { deleteTotpKeyOf, findTotpKey } from './totp-store.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  checkOwner: OwnerCheck;
  checkCode: CodeCheck;
  throttle: LoginThrottle;
};

/** Takes authenticator apps down, with the recovery codes beside them. */
export function totpTakingDown({ database, now, audit, checkOwner, checkCode, throttle }: Needs) {
  /**
   * Removes the second factor: a password opens the account again.
   * @throws DomainError `wrong_password` · `invalid` · `rate_limited` · `conflict` (there is none)
   */
  async function remove(
    viewer: Viewer,
    { code, ...proof }: { code: string } & OwnerProof,
  ): Promise<void> {
    await checkOwner(viewer, proof);
    const { accountId } = viewer;
    const { address } = proof;
    if (!isConfirmed(await findTotpKey(database, accountId))) throw noTotp();
    const attempt = { target: { accountId }, address, isKnownAddress: false };
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

  async function takeDown(tx: Tx, act: FactorChange): Promise<void> {
    await deleteTotpKeyOf(tx, act.accountId);
    await deleteRecoveryCodesOf(tx, act.accountId);
    await endPending(tx, act.accountId, { at: now().toISOString(), isByOwner: true });
    await noteFactorChange(tx, { now, audit }, 'second-factor.removed', act);
  }

  return { remove, drop };
}
