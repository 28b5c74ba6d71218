import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import type { IdentityProvider, Now } from '../ports.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { JoinIdentity } from './identity-joining.ts';
import type { IdentityProofs } from './identity-proofs.ts';
import { identityLinking } from './linking.ts';
import { identityListing } from './listing.ts';
import { identitySigningIn } from './signing-in.ts';
import { identityUnlinking } from './unlinking.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  audit: AuditLog;
  sessions: Pick<SessionService, 'open' | 'openPlain'>;
  providers: readonly IdentityProvider[];
  proofs: IdentityProofs;
  checkOwner: OwnerCheck;
  join: JoinIdentity;
};

/** Signs people in by what a provider says of them, and links providers to accounts. */
export type IdentityService = ReturnType<typeof identityListing> &
  ReturnType<typeof identitySigningIn> &
  ReturnType<typeof identityLinking> &
  ReturnType<typeof identityUnlinking> &
  Pick<IdentityProofs, 'begin'>;

export function identityService(needs: Needs): IdentityService {
  const { database, newId, now, audit, sessions, providers, proofs, join, checkOwner } = needs;
  return {
    ...identityListing({ database, providers }),
    ...identitySigningIn({ database, audit, sessions, proofs, join }),
    ...identityLinking({ database, newId, now, audit, providers, proofs, checkOwner }),
    ...identityUnlinking({ database, now, audit, providers }),
    begin: proofs.begin,
  };
}
