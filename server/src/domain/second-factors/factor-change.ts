import type { Tx } from '../../db/database.ts';
import type { AuditAction, AuditLog } from '../audit/audit-log.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';

/** Whose factor it is; and who did it, null for an operator. */
export type FactorChange = {
  accountId: number;
  actorId: number | null;
  address: string;
  kind?: 'totp' | 'recovery-codes';
};

/** Notes that a second factor was added or removed. */
export async function noteFactorChange(
  tx: Tx,
  { now, audit }: { now: Now; audit: AuditLog },
  action: AuditAction,
  { kind = 'totp', ...act }: FactorChange,
): Promise<void> {
  await audit.record(tx, { action, ...act, details: { kind } });
  const { accountId } = act;
  await emit(tx, now(), 'account.changed', { accountId, what: 'second-factor' });
}
