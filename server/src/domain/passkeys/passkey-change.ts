import type { Tx } from '../../db/database.ts';
import type { PasskeyRow } from '../../db/schema.ts';
import type { AuditAction, AuditLog } from '../audit/audit-log.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import { endPending } from '../sessions/access-ending.ts';

/** Ends what is pending, and notes that a passkey was added or removed. */
export async function noteChange(
  tx: Tx,
  { now, audit }: { now: Now; audit: AuditLog },
  action: AuditAction,
  { id, account_id: accountId }: Pick<PasskeyRow, 'id' | 'account_id'>,
  address: string,
): Promise<void> {
  const details = { kind: 'passkey', passkeyId: id };
  await endPending(tx, accountId, { at: now().toISOString(), isByOwner: true });
  await audit.record(tx, { action, accountId, actorId: accountId, address, details });
  await emit(tx, now(), 'account.changed', { accountId, what: 'second-factor' });
}
