import { changedOne } from '../db/changed-one.ts';
import type { Db, Tx } from '../db/database.ts';
import { insertIgnore } from '../db/dialects.ts';
import { DomainError } from './errors.ts';
import type { TokenSigner } from './ports.ts';

/** A request that its client may send again without a second effect. */
export type IdempotentRequest = {
  /** Who may repeat it; 0 for somebody without an account. */
  accountId: number;
  key: string;
  operation: string;
  /**
   * Keyed digest of what was asked; a repeat that asks for something else is refused. Keyed, because what was asked may
   * contain a password: a plain digest in a stolen database can be guessed at full speed.
   */
  fingerprint: string;
};

type Asked = Pick<IdempotentRequest, 'accountId' | 'operation'> & {
  key: string | null;
  asked: string;
};

/** A request by what it asks for, all of which a repeat must ask for again; null when it came without a key. */
export function idempotentRequest(
  tokens: Pick<TokenSigner, 'mac'>,
  { asked, key, ...request }: Asked,
): IdempotentRequest | null {
  if (key === null) return null;
  return { ...request, key, fingerprint: tokens.mac(`repeat of ${request.operation}: ${asked}`) };
}

/**
 * The id of what an earlier request with the same key made; null when there was none.
 * @throws DomainError `conflict` when the key was used for something else
 */
export async function findIdempotentResult(
  db: Db,
  request: IdempotentRequest | null,
): Promise<number | null> {
  if (!request) return null;
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['operation', 'fingerprint', 'result_id'])
    .where('account_id', '=', request.accountId)
    .where('key', '=', request.key)
    .executeTakeFirst();
  if (!row) return null;
  if (row.operation !== request.operation || row.fingerprint !== request.fingerprint) {
    throw new DomainError('conflict', 'This Idempotency-Key was used for a different request.', {
      fields: [{ field: 'Idempotency-Key', message: 'was used for a different request' }],
    });
  }
  return row.result_id;
}

/**
 * Shows what an earlier request made. What was deleted since is not made again: somebody wanted it gone.
 * @throws DomainError `gone` in place of `not_found`
 */
export async function showIdempotentResult<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    if (!(cause instanceof DomainError) || cause.code !== 'not_found') throw cause;
    const advice = 'To make it again, send a new Idempotency-Key.';
    throw new DomainError('gone', `What this request made has been deleted since. ${advice}`, {
      cause,
    });
  }
}

/**
 * Notes the result in the transaction that makes it. Returns null, or the id of the result that a parallel request made
 * first: then nothing more may be written here.
 * @param inPlaceOf the result that the key names now, where that is worth nothing any more
 */
export async function claimIdempotencyKey(
  tx: Tx,
  request: IdempotentRequest | null,
  resultId: number,
  now: Date,
  inPlaceOf: number | null = null,
): Promise<number | null> {
  if (!request) return null;
  if (inPlaceOf !== null && (await replaceResult(tx, request, inPlaceOf, resultId))) return null;
  const isFirst = await insertIgnore(tx, 'idempotency_keys', {
    account_id: request.accountId,
    key: request.key,
    operation: request.operation,
    fingerprint: request.fingerprint,
    result_id: resultId,
    created_at: now.toISOString(),
  });
  return isFirst ? null : findIdempotentResult(tx, request);
}

/** False when the key names another result by now, or was forgotten. */
async function replaceResult(
  tx: Tx,
  { accountId, key }: IdempotentRequest,
  from: number,
  to: number,
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('idempotency_keys')
      .set({ result_id: to })
      .where('account_id', '=', accountId)
      .where('key', '=', key)
      .where('result_id', '=', from),
  );
}

/** Forgets keys older than a time. Returns how many. */
export async function deleteIdempotencyKeysBefore(tx: Tx, time: Date): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', time.toISOString())
    .executeTakeFirst();
  return Number(numDeletedRows);
}
