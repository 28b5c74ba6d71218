import type { NewVerification } from '../verifications/verification.ts';

const hourMs = 3_600_000;

/** How long the link in a mail works that confirms an address. */
export const emailLinkHours = 24;

/**
 * What confirms that an account's owner reads mail at an address.
 * @param linkPath where the link leads, `/…`, for clients that know an address of their own; the token is put behind it
 */
export function emailVerification(
  accountId: number,
  email: string,
  linkPath?: string,
): NewVerification {
  const lifeMs = emailLinkHours * hourMs;
  const details = linkPath === undefined ? {} : { linkPath };
  return { purpose: 'verify-email', accountId, subject: email, details, lifeMs };
}
