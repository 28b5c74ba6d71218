import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { verificationEnding } from './ending.ts';
import { verificationFinding } from './finding.ts';
import { findingByCode } from './finding-by-code.ts';
import { findingByToken } from './finding-by-token.ts';
import { verificationIssuing } from './issuing.ts';
import { type VerificationSecrets, verificationSecrets } from './secrets.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
};

/** Secrets that work once: links, codes and challenges. */
export type VerificationService = VerificationSecrets &
  ReturnType<typeof verificationIssuing> &
  ReturnType<typeof verificationEnding> &
  ReturnType<typeof findingByToken> &
  ReturnType<typeof findingByCode> &
  ReturnType<typeof verificationFinding>;

/**
 * No secret is stored: the row contains a random seed, and the token or code is its fingerprint under the server's key, so
 * that a worker can work it out when it writes the mail, and again when it has to repeat it.
 */
export function verificationService({ database, newId, now, tokens }: Needs): VerificationService {
  const secrets = verificationSecrets({ tokens });
  return {
    ...secrets,
    ...verificationIssuing({ newId, now }),
    ...verificationEnding({ database, now }),
    ...findingByToken({ database, now, secrets }),
    ...findingByCode({ database, now, secrets }),
    ...verificationFinding({ database, now, secrets }),
  };
}
