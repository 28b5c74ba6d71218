import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import type { Now, PasskeyVerifier, TokenSigner } from '../ports.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { ownPasskeys } from './own-passkeys.ts';
import { ownerChecking } from './owner-checking.ts';
import { passkeyChallenges } from './passkey-challenges.ts';
import type { PasskeyCheck } from './passkey-check.ts';
import { passkeyRegistering } from './registering.ts';
import { passkeySigningIn } from './signing-in.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  verifier: PasskeyVerifier;
  verifications: Pick<
    VerificationService,
    'prepare' | 'issueBeside' | 'tokenOf' | 'findByToken' | 'consume'
  >;
  audit: AuditLog;
  checkOwner: OwnerCheck;
  checkPasskey: PasskeyCheck;
  sessions: Pick<SessionService, 'open'>;
};

/** Registers passkeys, and signs in with them. */
export type PasskeyService = ReturnType<typeof passkeyRegistering> &
  ReturnType<typeof ownPasskeys> &
  ReturnType<typeof ownerChecking> &
  ReturnType<typeof passkeySigningIn>;

export function passkeyService(needs: Needs): PasskeyService {
  const { database, newId, now, tokens, verifier, verifications, audit, sessions } = needs;
  const { checkOwner, checkPasskey } = needs;
  const challenges = passkeyChallenges({ database, verifier, verifications });
  return {
    ...passkeyRegistering({
      database,
      newId,
      now,
      tokens,
      verifier,
      verifications,
      audit,
      checkOwner,
      challenges,
    }),
    ...ownPasskeys({ database, now, audit, checkOwner }),
    ...ownerChecking({ database, verifier, challenges }),
    ...passkeySigningIn({ verifier, verifications, checkPasskey, sessions, challenges }),
  };
}
