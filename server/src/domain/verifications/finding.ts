import type { Database, Db } from '../../db/database.ts';
import type { Now } from '../ports.ts';
import type { VerificationSecrets } from './secrets.ts';
import { type Purpose, type Verification, verificationOf } from './verification.ts';
import {
  findPendingVerification,
  findVerification,
  listPendingVerifications,
} from './verification-store.ts';

type Needs = { database: Database; now: Now; secrets: VerificationSecrets };

type Secrets = { token: string; code: string; lifeMs: number };

/** Finds verifications for those who have no secret to show; workers get it. */
export function verificationFinding({ database, now, secrets }: Needs) {
  /** For workers, which have to tell somebody the secret: null when it is not to be sent any more. */
  async function findToSend(id: number): Promise<(Verification & Secrets) | null> {
    const row = await findVerification(database, id);
    if (!row || row.used_at !== null || row.expires_at <= now().toISOString()) return null;
    const lifeMs = new Date(row.expires_at).getTime() - new Date(row.created_at).getTime();
    return {
      ...verificationOf(row),
      token: secrets.tokenOf(row),
      code: secrets.codeOf(row),
      lifeMs,
    };
  }

  /** The pending verification of an account; null when none is pending, or it has expired. */
  async function findPending(accountId: number, purpose: Purpose): Promise<Verification | null> {
    const row = await findPendingVerification(database, accountId, purpose);
    return row && row.expires_at > now().toISOString() ? verificationOf(row) : null;
  }

  /** Those of a purpose that wait, the newest first: of one account, or of all. */
  async function listPending(
    db: Db,
    purpose: Purpose,
    of: { accountId?: number; limit: number },
  ): Promise<Verification[]> {
    const at = now().toISOString();
    return (await listPendingVerifications(db, { ...of, purpose, at })).map(verificationOf);
  }

  /** The verification of a number, used or not; null when it has another purpose. */
  async function findById(purpose: Purpose, id: number): Promise<Verification | null> {
    const row = await findVerification(database, id);
    return row?.purpose === purpose ? verificationOf(row) : null;
  }

  return { findToSend, findPending, listPending, findById };
}
