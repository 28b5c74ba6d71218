import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import type { Now, ProvidedIdentity } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive, standingOf } from '../visibility/visibility.ts';
import { firstSignIn, type Ids, type Joined } from './first-sign-in.ts';
import { accountDisabled } from './identity.ts';
import { findIdentity, noteIdentityUse } from './identity-store.ts';
import { Overtaken } from './overtaken.ts';
import { identitySigningUp, type Origin } from './signing-up.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'cancel'>;
  signUps: 'open' | 'closed';
  chance: () => number;
};

/** Finds or makes the account of somebody whom a provider vouches for. */
export type JoinIdentity = (who: ProvidedIdentity, origin: Origin) => Promise<Joined>;

const maxAttempts = 8;

/**
 * Whose account it is (docs/decisions/0016). A known identity leads to its account, whatever the addresses say. An address
 * joins an account only when the provider and this server both know it to be verified. One that somebody has claimed here
 * without showing that it is theirs is taken from them once its owner comes.
 */
export function identityJoining(needs: Needs): JoinIdentity {
  const { database, newId, now, audit, verifications, signUps, chance } = needs;
  const { signUp } = identitySigningUp({ now, audit, chance });
  const signInFirst = firstSignIn({ now, audit, verifications, signUps, signUp });

  return async (who, origin) => {
    let ids: Ids | undefined;
    let isCrowded = false;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const known = await findIdentity(database, who.issuer, who.subject);
      if (known && standingOf(known) !== 'closed') {
        if (!isActive(known)) throw accountDisabled();
        const at = now().toISOString();
        await database.transaction((tx) => noteIdentityUse(tx, known.id, at));
        return { accountId: known.account_id, isNew: false, isFirst: false };
      }
      ids ??= { account: await newId('accounts'), identity: await newId('identities') };
      const first = { ids, isCrowded };
      try {
        return await database.transaction((tx) => signInFirst(tx, who, origin, first));
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
        isCrowded ||= error.isByName;
      }
    }
    throw new DomainError(
      'unavailable',
      'Too many requests arrived at once. Try again in a moment.',
      {
        retryAfterSeconds: 1,
      },
    );
  };
}
