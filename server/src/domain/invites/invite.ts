import type { Verification } from '../verifications/verification.ts';

/** An invite as it is listed: its token is shown to nobody again. */
export type InviteView = {
  id: number;
  email: string | null;
  /** Account of the moderator who made it. */
  madeBy: number;
  createdAt: string;
  expiresAt: string;
};

/** How many of one moderator may wait at a time. */
export const maxInvites = 100;

/** An invite without its token. */
export function inviteViewOf({
  id,
  subject,
  accountId,
  createdAt,
  expiresAt,
}: Verification): InviteView {
  const email = subject === '' ? null : subject;
  return { id, email, madeBy: accountId ?? 0, createdAt, expiresAt };
}
