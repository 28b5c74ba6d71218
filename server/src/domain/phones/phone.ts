import { maskedNumber } from '../accounts/phone-number.ts';
import type { AuditAction, AuditEntry } from '../audit/audit-log.ts';

/** What the verifications of numbers are for. */
export const purpose = 'verify-phone';

export type NumberClaim = {
  phone: string;
  /** Where a client gives it apart from the number. */
  countryCode?: string;
  address: string;
};

type Note = { accountId: number; address: string; number: string; reason?: string };

/** The entry of the audit log about a number, which it shows in part. */
export function phoneEntry(
  action: AuditAction,
  { accountId, address, number, ...more }: Note,
): AuditEntry {
  const details = { number: maskedNumber(number), ...more };
  return { action, accountId, actorId: accountId, address, details };
}
