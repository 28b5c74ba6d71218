import type { Database } from '../../db/database.ts';
import { isEqualSecret } from '../equal-secrets.ts';
import { invalid } from '../errors.ts';
import type { Now } from '../ports.ts';
import type { VerificationSecrets } from './secrets.ts';
import {
  checkUsable,
  codeLifeMs,
  expired,
  type Purpose,
  usedOnly,
  type Verification,
} from './verification.ts';
import { findLastVerification, findPendingVerification, takeTry } from './verification-store.ts';

type Needs = { database: Database; now: Now; secrets: Pick<VerificationSecrets, 'codeOf'> };

/** Finds verifications by their code. */
export function findingByCode({ database, now, secrets }: Needs) {
  /**
   * The pending verification of an account, once its code is right. Each call takes one of the tries, which stays taken.
   * @throws DomainError `invalid` (code: wrong, none pending, no tries left) · `expired`
   */
  async function findByCode(
    accountId: number,
    purpose: Purpose,
    code: string,
  ): Promise<Verification> {
    const row = await findPendingVerification(database, accountId, purpose);
    if (!row) throw invalid('code', 'is not valid; ask for a new one');
    const verification = checkUsable(row, now().toISOString());
    if (now().getTime() - new Date(row.created_at).getTime() >= codeLifeMs) throw expired();
    const at = now().toISOString();
    if (!(await database.transaction((tx) => takeTry(tx, row.id, at)))) {
      throw invalid('code', 'was tried too often; ask for a new one');
    }
    if (!isEqualSecret(code, secrets.codeOf(row)))
      throw invalid('code', 'is not the one that was sent');
    return verification;
  }

  /** As `findUsedByToken`, for the newest code of an account. @throws DomainError `expired` */
  async function findUsedByCode(
    accountId: number,
    purpose: Purpose,
    code: string,
  ): Promise<Verification | null> {
    const row = await findLastVerification(database, accountId, purpose);
    return usedOnly(
      row && isEqualSecret(code, secrets.codeOf(row)) ? row : null,
      now().toISOString(),
    );
  }

  return { findByCode, findUsedByCode };
}
