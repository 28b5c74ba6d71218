import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Now, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { noteFactorChange } from './factor-change.ts';
import { keepRecoveryCodes, newRecoveryCodes } from './recovery-codes.ts';
import { noTotp } from './second-factor.ts';
import { isConfirmed } from './totp.ts';
import { findTotpKey } from './totp-store.ts';

type Needs = {
  database: Database;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  checkOwner: OwnerCheck;
};

/** Gives people new recovery codes. */
export function recoveryCodeRenewing({ database, now, tokens, audit, checkOwner }: Needs) {
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
      if (!isConfirmed(await findTotpKey(tx, accountId))) throw noTotp();
      await keepRecoveryCodes(tx, tokens, accountId, codes);
      const who = { accountId, actorId: accountId, address: proof.address };
      const change = { ...who, kind: 'recovery-codes' } as const;
      await noteFactorChange(tx, { now, audit }, 'second-factor.added', change);
    });
    return codes;
  }

  return { renewRecoveryCodes };
}
