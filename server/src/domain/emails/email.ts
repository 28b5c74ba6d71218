import type { NewVerification } from '../verifications/verification.ts';

const hourMs = 3_600_000;

/** How long the link in a mail works that confirms an address. */
export const emailLinkHours = 24;

/** How the mail is worded for clients that are not Rookery's own. */
export type EmailProofStyle = {
  /** Where the link leads, `/…`, for clients that know an address of their own, which may be opened again; the token is put behind it. */
  linkPath?: string;
  /** Whether clients have no field for a code: then the mail has none. */
  hasNoCode?: boolean;
};

/** What confirms that an account's owner reads mail at an address. */
export function emailVerification(
  accountId: number,
  email: string,
  details: EmailProofStyle = {},
): NewVerification {
  const lifeMs = emailLinkHours * hourMs;
  return { purpose: 'verify-email', accountId, subject: email, details, lifeMs };
}
