import { hourMs } from '../durations.ts';
import type { NewVerification, Verification } from '../verifications/verification.ts';

/** How long the link in a mail works that confirms an address. */
export const emailLinkHours = 24;

/** How the mail is worded for clients that are not Rookery's own. */
export type EmailProofStyle = {
  /** Where the link leads, `/…`, for clients that know an address of their own, which may be opened again; the token is put behind it. */
  linkPath?: string;
  /** Whether clients have no field for a code: then the mail has none. */
  hasNoCode?: boolean;
};

/** What a change to another address is bound to: it ends with the session that asked, and with the password. */
export type ChangeBinding = { sessionId: number; passwordFingerprint: string };

type Options = {
  style?: EmailProofStyle | undefined;
  /** Null: the address is the account's already. */
  change?: ChangeBinding | null;
};

/** What confirms that an account's owner reads mail at an address. */
export function emailVerification(
  accountId: number,
  email: string,
  { style = {}, change = null }: Options = {},
): NewVerification {
  return {
    purpose: 'verify-email',
    accountId,
    subject: email,
    details: { ...style, ...(change ? { password: change.passwordFingerprint } : {}) },
    ...(change ? { sessionId: change.sessionId } : {}),
    lifeMs: emailLinkHours * hourMs,
  };
}

/** What a pending verification is bound to, for one that takes its place; null when it is of the account's own address. */
export function bindingOf({ sessionId, details }: Verification): ChangeBinding | null {
  return sessionId === null ? null : { sessionId, passwordFingerprint: String(details.password) };
}
