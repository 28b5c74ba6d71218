import type { AccountRow } from '../db/schema.ts';
import type { PasskeyAnswer } from './ports.ts';
import type { Viewer } from './viewer.ts';

/** What somebody sends along to show that the account is theirs: one of the three, or nothing. */
export type OwnerProof = {
  password: string | null;
  /** The field that it came in; default: `password`. */
  field?: string;
  /** Of the authenticator app, or a recovery code. */
  secondFactorCode?: string | null;
  /** The answer to a challenge of `PasskeyService.beginOwnerCheck`. */
  passkey?: PasskeyAnswer | null;
  address: string;
};

/** See `passwords/owner-check.ts`. */
export type OwnerCheck = (viewer: Viewer, proof: OwnerProof) => Promise<AccountRow>;

/** What the challenge of a passkey is for, where it shows whose account it is. */
export const ownerChallenge = 'owner';
