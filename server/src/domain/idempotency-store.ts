import { createHash } from 'node:crypto';
import type { Db, Tx } from '../db/database.ts';
import { insertIgnore } from '../db/dialects.ts';
import { DomainError } from './errors.ts';

/** A request that its client may send again without a second effect. */
export type Repeatable = {
  /** Who may repeat it; 0 for somebody without an account. */
  accountId: number;
  key: string;
  operation: string;
  /** Digest of what was asked; a repeat that asks for something else is refused. At most 64 characters. */
  fingerprint: string;
};

/** A request by what it asks for, all of which a repeat must ask for again; null when it came without a key. */
export function repeatable({
  asked,
  key,
  ...request
}: Pick<Repeatable, 'accountId' | 'operation'> & {
  key: string | null;
  asked: string;
}): Repeatable | null {
  if (key === null) return null;
  const fingerprint = createHash('sha256').update(asked).digest('hex');
  return { ...request, key, fingerprint };
}

/**
 * The id of what an earlier request with the same key made; null when there was none.
 * @throws DomainError `conflict` when the key was used for something else
 */
export async function findRepeat(db: Db, request: Repeatable | null): Promise<number | null> {
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
 * Notes the result in the transaction that makes it. Returns null, or the id of the result that a parallel request made
 * first: then nothing more may be written here.
 */
export async function claimRepeat(
  tx: Tx,
  request: Repeatable | null,
  resultId: number,
  now: Date,
): Promise<number | null> {
  if (!request) return null;
  const isFirst = await insertIgnore(tx, 'idempotency_keys', {
    account_id: request.accountId,
    key: request.key,
    operation: request.operation,
    fingerprint: request.fingerprint,
    result_id: resultId,
    created_at: now.toISOString(),
  });
  return isFirst ? null : findRepeat(tx, request);
}

/** Forgets keys older than a time. Returns how many. */
export async function deleteRepeatsBefore(tx: Tx, time: Date): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', time.toISOString())
    .executeTakeFirst();
  return Number(numDeletedRows);
}
