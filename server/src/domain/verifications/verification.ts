import { minuteMs } from '../durations.ts';
import { idIn } from '../id.ts';
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
  const id = idIn(digits);
  return id === null ? null : { id, mac };
}
