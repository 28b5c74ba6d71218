import type { Tx } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import { endPending } from '../sessions/access-ending.ts';

type Change = {
  accountId: number;
  address: string;
  provider: string | null;
  identityId: number;
};

/** Ends what is pending, and notes that an identity leads into an account, or does no longer. */
export async function noteChange(
  tx: Tx,
  { now, audit }: { now: Now; audit: AuditLog },
  action: 'identity.linked' | 'identity.unlinked',
  { accountId, address, ...details }: Change,
): Promise<void> {
  await endPending(tx, accountId, { at: now().toISOString(), isByOwner: true });
  await audit.record(tx, { action, accountId, actorId: accountId, address, details });
  await emit(tx, now(), 'account.changed', { accountId, what: 'identity' });
}

/** The error about an identity that leads into another account, or into none. */
export function noSuchIdentity(): DomainError {
  return new DomainError('not_found', 'There is no such identity.');
}
