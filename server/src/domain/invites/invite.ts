import { dayMs } from '../durations.ts';
import type { Verification } from '../verifications/verification.ts';

/** An invite as it is listed: its token is shown to nobody again. */
export type InviteView = {
  id: number;
  email: string | null;
  /** Account of the moderator who made it; null for the operator of the program. */
  madeBy: number | null;
  createdAt: string;
  expiresAt: string;
};

/** How many of one moderator may wait at a time. */
export const maxInvites = 100;

/** How long an invite works, unless its maker says otherwise. */
export const inviteMs = 7 * dayMs;

/** What is noted with an invite of the operator: one without a maker may also be older than this distinction. */
export const operatorDetails = { madeBy: 'operator' } as const;

/** Whether the operator of the program made an invite. */
export function isOfOperator({ accountId, details }: Verification): boolean {
  return accountId === null && details.madeBy === operatorDetails.madeBy;
}

/** An invite without its token. */
export function inviteViewOf({
  id,
  subject,
  accountId,
  createdAt,
  expiresAt,
}: Verification): InviteView {
  const email = subject === '' ? null : subject;
  return { id, email, madeBy: accountId, createdAt, expiresAt };
}
