import type { Database } from '../../db/database.ts';
import { checkScope } from '../credential.ts';
import { DomainError } from '../errors.ts';
import { ownerChallenge } from '../owner-proof.ts';
import type { PasskeyRequest, PasskeyVerifier } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { knownPasskey } from './passkey.ts';
import type { PasskeyChallenges } from './passkey-challenges.ts';
import { listPasskeys } from './passkey-store.ts';

type Needs = {
  database: Database;
  verifier: Pick<PasskeyVerifier, 'requestOptions'>;
  challenges: PasskeyChallenges;
};

/** Asks for a passkey that shows whose account it is; see `passwords/owner-check.ts` for the answer. */
export function ownerChecking({ database, verifier, challenges }: Needs) {
  /** What a browser needs to show by a passkey that the viewer's account is theirs. @throws DomainError `forbidden` (by app password) · `not_found` (there is none) */
  async function beginOwnerCheck(viewer: Viewer): Promise<PasskeyRequest> {
    checkScope(viewer, 'security');
    const allowed = (await listPasskeys(database, viewer.accountId)).map(knownPasskey);
    if (allowed.length === 0) throw new DomainError('not_found', 'No passkey is registered.');
    const challenge = await challenges.begin(ownerChallenge, viewer);
    return verifier.requestOptions({ challenge, allowed });
  }

  return { beginOwnerCheck };
}
