import { randomBytes } from 'node:crypto';
import type { Database, Db, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { VerificationRow } from '../../db/schema.ts';
import { isEqualSecret } from '../equal-secrets.ts';
import { DomainError, invalid } from '../errors.ts';
import type { Now, TokenSigner } from '../ports.ts';
import {
  type CodeDigits,
  codeLifeMs,
  maxTries,
  type NewVerification,
  type Purpose,
  tokenParts,
  type Verification,
} from './verification.ts';
import {
  cancelVerifications,
  findLastVerification,
  findPendingVerification,
  findVerification,
  insertVerification,
  listPendingVerifications,
  markVerificationUsed,
  takeTry,
} from './verification-store.ts';

export type VerificationService = ReturnType<typeof verificationService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
};

/**
 * Secrets that work once. None is stored: the row contains a random seed, and the token or code is its fingerprint under the
 * server's key, so that a worker can work it out when it writes the mail, and again when it has to repeat it.
 */
export function verificationService({ database, newId, now, tokens }: Needs) {
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

  /** For links and challenges: 128 bits, `<id>.<32 hex digits>`. */
  function tokenOf(row: Secret): string {
    return `${row.id}.${macOf(row, 'token').slice(0, 32)}`;
  }

  /** For people to type: six digits, or four that do not begin with a zero, which some clients would lose. */
  function codeOf(row: Secret & Pick<VerificationRow, 'details'>): string {
    const number = Number.parseInt(macOf(row, 'code').slice(0, 12), 16);
    if (codeDigitsOf(detailsOf(row)) === 4) return String(1000 + (number % 9000));
    return String(number % 1_000_000).padStart(6, '0');
  }

  function macOf({ id, seed, purpose }: Secret, as: string): string {
    return tokens.mac(`verification ${as} ${purpose} ${id} ${seed}`);
  }

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
    return checkUsable(row);
  }

  /**
   * The verification of a token that works no more, because it was used or cancelled; for answers to a repeat. Which of the
   * two it was shows in what it proves. Null when it still works, or is no token of this purpose.
   * @throws DomainError `expired`
   */
  async function findUsedByToken(purpose: Purpose, token: string): Promise<Verification | null> {
    return usedOnly(await findRow(purpose, token));
  }

  /** The same for the newest code of an account. @throws DomainError `expired` */
  async function findUsedByCode(
    accountId: number,
    purpose: Purpose,
    code: string,
  ): Promise<Verification | null> {
    const row = await findLastVerification(database, accountId, purpose);
    return usedOnly(row && isEqualSecret(code, codeOf(row)) ? row : null);
  }

  function usedOnly(row: VerificationRow | null): Verification | null {
    if (!row || row.used_at === null) return null;
    if (row.expires_at <= now().toISOString()) throw expired();
    return viewOf(row);
  }

  async function findRow(purpose: Purpose, token: string): Promise<VerificationRow | null> {
    const parts = tokenParts(token);
    const row = parts ? await findVerification(database, parts.id) : null;
    return row && row.purpose === purpose && isEqualSecret(token, tokenOf(row)) ? row : null;
  }

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
    const verification = checkUsable(row);
    if (now().getTime() - new Date(row.created_at).getTime() >= codeLifeMs) throw expired();
    const at = now().toISOString();
    if (!(await database.transaction((tx) => takeTry(tx, row.id, at)))) {
      throw invalid('code', 'was tried too often; ask for a new one');
    }
    if (!isEqualSecret(code, codeOf(row))) throw invalid('code', 'is not the one that was sent');
    return verification;
  }

  /**
   * Takes one of the tries of what something else is guessed for; it stays taken.
   * @throws DomainError `gone` when none is left
   */
  async function countTry({ id }: Pick<Verification, 'id'>): Promise<void> {
    const at = now().toISOString();
    if (await database.transaction((tx) => takeTry(tx, id, at))) return;
    throw new DomainError('gone', 'This was tried too often; begin again.');
  }

  function checkUsable(row: VerificationRow): Verification {
    if (row.used_at !== null) throw used();
    if (row.expires_at <= now().toISOString()) throw expired();
    return viewOf(row);
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

  /** For workers, which have to tell somebody the secret: null when it is not to be sent any more. */
  async function findToSend(id: number): Promise<(Verification & Secrets) | null> {
    const row = await findVerification(database, id);
    if (!row || row.used_at !== null || row.expires_at <= now().toISOString()) return null;
    const lifeMs = new Date(row.expires_at).getTime() - new Date(row.created_at).getTime();
    return { ...viewOf(row), token: tokenOf(row), code: codeOf(row), lifeMs };
  }

  /** The pending verification of an account; null when none is pending, or it has expired. */
  async function findPending(accountId: number, purpose: Purpose): Promise<Verification | null> {
    const row = await findPendingVerification(database, accountId, purpose);
    return row && row.expires_at > now().toISOString() ? viewOf(row) : null;
  }

  /** Those of a purpose that wait, the newest first: of one account, or of all. */
  async function listPending(
    db: Db,
    purpose: Purpose,
    of: { accountId?: number; limit: number },
  ): Promise<Verification[]> {
    const at = now().toISOString();
    return (await listPendingVerifications(db, { ...of, purpose, at })).map(viewOf);
  }

  /** The verification of a number, used or not; null when it has another purpose. */
  async function findById(purpose: Purpose, id: number): Promise<Verification | null> {
    const row = await findVerification(database, id);
    return row?.purpose === purpose ? viewOf(row) : null;
  }

  return {
    prepare,
    issue,
    issueBeside,
    tokenOf,
    codeOf,
    findByToken,
    findByCode,
    findUsedByToken,
    findUsedByCode,
    findPending,
    findById,
    listPending,
    countTry,
    consume,
    cancel,
    findToSend,
  };
}

type Secret = Pick<VerificationRow, 'id' | 'seed' | 'purpose'>;
type Secrets = { token: string; code: string; lifeMs: number };

function viewOf(row: VerificationRow): Verification {
  const details = detailsOf(row);
  return {
    id: row.id,
    accountId: row.account_id,
    sessionId: row.session_id,
    purpose: row.purpose as Purpose,
    subject: row.subject,
    details,
    codeDigits: codeDigitsOf(details),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function detailsOf({ details }: Pick<VerificationRow, 'details'>): Record<string, unknown> {
  return JSON.parse(details) as Record<string, unknown>;
}

function codeDigitsOf(details: Record<string, unknown>): CodeDigits {
  return details.codeDigits === 4 ? 4 : 6;
}

function expired(): DomainError {
  return new DomainError('expired', 'This has expired; ask for a new one.');
}

function used(): DomainError {
  return new DomainError('gone', 'This was used already, or replaced by a newer one.');
}
