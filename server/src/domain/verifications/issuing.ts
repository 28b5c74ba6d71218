import { randomBytes } from 'node:crypto';
import type { Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { VerificationRow } from '../../db/schema.ts';
import type { Now } from '../ports.ts';
import { maxTries, type NewVerification } from './verification.ts';
import { cancelVerifications, insertVerification } from './verification-store.ts';

type Needs = { newId: NewId; now: Now };

/** Makes and keeps verifications. */
export function verificationIssuing({ newId, now }: Needs) {
  /** Makes a verification, to be kept by `issue`. Must be called before the transaction. */
  async function prepare(wanted: NewVerification): Promise<VerificationRow> {
    const at = now();
    const { codeDigits = 6, details = {} } = wanted;
    return {
      id: await newId('verifications'),
      account_id: wanted.accountId,
      purpose: wanted.purpose,
      subject: wanted.subject ?? '',
      details: JSON.stringify(codeDigits === 6 ? details : { ...details, codeDigits }),
      seed: randomBytes(16).toString('hex'),
      tries_left: maxTries,
      created_at: at.toISOString(),
      expires_at: new Date(at.getTime() + wanted.lifeMs).toISOString(),
      used_at: null,
      session_id: wanted.sessionId ?? null,
    };
  }

  /** Keeps a prepared verification, in place of earlier ones of the same purpose for the same account. */
  async function issue(tx: Tx, row: VerificationRow): Promise<void> {
    if (row.account_id !== null) {
      await cancelVerifications(tx, row.account_id, [row.purpose], now().toISOString());
    }
    await insertVerification(tx, row);
  }

  /** Stores a prepared verification and keeps earlier ones: a new attempt must not end what somebody else has started. */
  function issueBeside(tx: Tx, row: VerificationRow): Promise<void> {
    return insertVerification(tx, row);
  }

  return { prepare, issue, issueBeside };
}
