import type { VerificationRow } from '../../db/schema.ts';
import { minuteMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import { longIdIn } from '../id.ts';

/** What a verification proves; each is made and used by one service. */
export type Purpose =
  | 'verify-email'
  | 'recover-password'
  | 'verify-phone'
  | 'second-factor'
  | 'passkey'
  | 'social-login'
  | 'invite';

/** Something that somebody may use once: a link, a code, a challenge. */
export type Verification = {
  id: number;
  accountId: number | null;
  sessionId: number | null;
  purpose: Purpose;
  /** What is proved: an e-mail, a number; empty where there is nothing to name. */
  subject: string;
  details: Record<string, unknown>;
  codeDigits: CodeDigits;
  createdAt: string;
  expiresAt: string;
};

export type NewVerification = {
  purpose: Purpose;
  accountId: number | null;
  subject?: string;
  details?: Record<string, unknown>;
  /** The session that asks for it: it ends with that. Default: with none. */
  sessionId?: number;
  /** Default: six. */
  codeDigits?: CodeDigits;
  lifeMs: number;
};

/** How long a code is. Four digits are for clients that have fields for no more. */
export type CodeDigits = 4 | 6;

/** How long a code is good for, however long the link beside it works. */
export const codeLifeMs = 10 * minuteMs;

/** How often a code may be guessed. */
export const maxTries = 5;

/** Parts of a token `<verification id>.<mac>`; null when it has another form. */
export function tokenParts(token: string): { id: number; mac: string } | null {
  const [, digits = '', mac = ''] = /^(\d+)\.([0-9a-f]{32})$/.exec(token) ?? [];
  const id = longIdIn(digits);
  return id === null ? null : { id, mac };
}

/** A verification without its secret. */
export function verificationOf(row: VerificationRow): Verification {
  const details = detailsOf(row);
  return {
    id: row.id,
    accountId: row.account_id,
    sessionId: row.session_id,
    purpose: row.purpose as Purpose,
    subject: row.subject,
    details,
    codeDigits: codeDigitsOf(details),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** What its maker noted with it. */
export function detailsOf({ details }: Pick<VerificationRow, 'details'>): Record<string, unknown> {
  return JSON.parse(details) as Record<string, unknown>;
}

/** @param details of a verification */
export function codeDigitsOf(details: Record<string, unknown>): CodeDigits {
  return details.codeDigits === 4 ? 4 : 6;
}

/** @param at the time now @throws DomainError `gone` (used, or replaced) · `expired` */
export function checkUsable(row: VerificationRow, at: string): Verification {
  if (row.used_at !== null) throw used();
  if (row.expires_at <= at) throw expired();
  return verificationOf(row);
}

/** One that was used or cancelled, until it expires; null for any other. @throws DomainError `expired` */
export function usedOnly(row: VerificationRow | null, at: string): Verification | null {
  if (!row || row.used_at === null) return null;
  if (row.expires_at <= at) throw expired();
  return verificationOf(row);
}

/** The error about one whose time is over. */
export function expired(): DomainError {
  return new DomainError('expired', 'This has expired; ask for a new one.');
}

/** The error about one that works no more. */
export function used(): DomainError {
  return new DomainError('gone', 'This has already been used, or was replaced by a newer one.');
}
