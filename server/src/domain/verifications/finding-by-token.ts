import type { Database } from '../../db/database.ts';
import type { VerificationRow } from '../../db/schema.ts';
import { isEqualSecret } from '../equal-secrets.ts';
import { invalid } from '../errors.ts';
import type { Now } from '../ports.ts';
import type { VerificationSecrets } from './secrets.ts';
import {
  checkUsable,
  type Purpose,
  tokenParts,
  usedOnly,
  type Verification,
} from './verification.ts';
import { findVerification } from './verification-store.ts';

type Needs = { database: Database; now: Now; secrets: Pick<VerificationSecrets, 'tokenOf'> };

/** Finds verifications by their token. */
export function findingByToken({ database, now, secrets }: Needs) {
  /**
   * The verification that a token belongs to, without using it.
   * @param field what the input is called
   * @throws DomainError `invalid` (the field: no token of this purpose) · `gone` (used, or replaced) · `expired`
   */
  async function findByToken(
    purpose: Purpose,
    token: string,
    field = 'token',
  ): Promise<Verification> {
    const row = await findRow(purpose, token);
    if (!row) throw invalid(field, 'is not valid');
    return checkUsable(row, now().toISOString());
  }

  /**
   * The verification of a token that works no more, because it was used or cancelled; for answers to a repeat. Which of the
   * two it was shows in what it proves. Null when it still works, or is no token of this purpose.
   * @throws DomainError `expired`
   */
  async function findUsedByToken(purpose: Purpose, token: string): Promise<Verification | null> {
    return usedOnly(await findRow(purpose, token), now().toISOString());
  }

  async function findRow(purpose: Purpose, token: string): Promise<VerificationRow | null> {
    const parts = tokenParts(token);
    const row = parts ? await findVerification(database, parts.id) : null;
    return row && row.purpose === purpose && isEqualSecret(token, secrets.tokenOf(row))
      ? row
      : null;
  }

  return { findByToken, findUsedByToken };
}
