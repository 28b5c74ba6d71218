import type { Database, Tx } from '../../db/database.ts';
import { DomainError } from '../errors.ts';
import type { Now } from '../ports.ts';
import { type Purpose, used, type Verification } from './verification.ts';
import { cancelVerifications, markVerificationUsed, takeTry } from './verification-store.ts';

type Needs = { database: Database; now: Now };

/** Uses verifications up, and cancels those that are pending. */
export function verificationEnding({ database, now }: Needs) {
  /**
   * Takes one of the tries of what something else is guessed for; it stays taken.
   * @throws DomainError `gone` when none is left
   */
  async function countTry({ id }: Pick<Verification, 'id'>): Promise<void> {
    const at = now().toISOString();
    if (await database.transaction((tx) => takeTry(tx, id, at))) return;
    throw new DomainError('gone', 'This was tried too often; begin again.');
  }

  /**
   * Uses a verification up, in the transaction of what it allows: of many at once, one gets through.
   * @throws DomainError `gone`
   */
  async function consume(tx: Tx, { id }: Pick<Verification, 'id'>): Promise<void> {
    if (!(await markVerificationUsed(tx, id, now().toISOString()))) throw used();
  }

  /** Ends what is pending of these purposes. */
  function cancel(tx: Tx, accountId: number, purposes: readonly Purpose[]): Promise<void> {
    return cancelVerifications(tx, accountId, purposes, now().toISOString());
  }

  return { countTry, consume, cancel };
}
