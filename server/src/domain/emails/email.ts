import type { NewVerification } from '../verifications/verification.ts';

const hourMs = 3_600_000;

/** How long the link in a mail works that confirms an address. */
export const emailLinkHours = 24;

/** What confirms that an account's owner reads mail at an address. */
export function emailVerification(accountId: number, email: string): NewVerification {
  return { purpose: 'verify-email', accountId, subject: email, lifeMs: emailLinkHours * hourMs };
}
