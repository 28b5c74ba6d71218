import type { PasskeyRow } from '../../db/schema.ts';
import { minuteMs } from '../durations.ts';
import { type DomainError, invalid } from '../errors.ts';
import type { TokenSigner } from '../ports.ts';

/** A passkey as its owner sees it in the list. */
export type PasskeyView = {
  id: number;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
};

/** Time to answer a challenge. */
export const passkeyChallengeLifeMs = 5 * minuteMs;

/** How many an account may have. */
export const maxPasskeys = 50;

/** What an authenticator knows the account by: it tells nothing to others, and stays the same. */
export function userHandle(tokens: Pick<TokenSigner, 'mac'>, accountId: number): string {
  const mac = tokens.mac(`passkey user ${accountId}`);
  return Buffer.from(mac, 'hex').toString('base64url');
}

/** One error for whatever is wrong with an answer: who has which passkey is nobody's business. */
export function wrongAnswer(field: 'response' | 'passkey' = 'response'): DomainError {
  return invalid(field, 'is not a valid answer of a passkey that is registered here');
}

/** A passkey as the authenticator is asked for it. */
export function knownPasskey(row: PasskeyRow): { credentialId: string; transports: string[] } {
  const transports = row.transports.split(',').filter((name) => name !== '');
  return { credentialId: row.credential_id, transports };
}

/** A passkey as its owner sees it. */
export function passkeyViewOf(row: PasskeyRow): PasskeyView {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
