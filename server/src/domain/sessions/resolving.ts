import type { Database, Db } from '../../db/database.ts';
import type { SessionRow } from '../../db/schema.ts';
import { credentialOf, type Shown } from '../credential.ts';
import { DomainError } from '../errors.ts';
import type { AccessClaims, TokenSigner } from '../ports.ts';
import { roleOfSession, type Viewer } from '../viewer.ts';
import { isReplaced } from './session.ts';
import type { FindLive } from './session-memory.ts';
import { findSession, noteUsedGeneration } from './session-store.ts';

type Needs = {
  database: Database;
  tokens: Pick<TokenSigner, 'verify'>;
  findLive: FindLive;
};

/** Finds the session and the account of an access token. */
export function sessionResolving({ database, tokens, findLive }: Needs) {
  /**
   * The viewer of a credential.
   * @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token`
   */
  async function resolve(credential: string | null, audience: string): Promise<Viewer> {
    if (credential === null) throw new DomainError('no_token', 'An access token is required.');
    return viewerOf(await tokens.verify(credential, audience), 'session');
  }

  /**
   * Whose session it is that a checked token names.
   * @param shown what the claims were read from
   * @throws DomainError `revoked_token`
   */
  async function viewerOf(claims: AccessClaims, shown: Shown): Promise<Viewer> {
    const session = await findLive(claims);
    const isSame = session?.account_id === claims.accountId && session.audience === claims.audience;
    if (!session || !isSame) {
      throw new DomainError('revoked_token', 'The session has ended; sign in again.');
    }
    const { generation = 0 } = claims;
    if (isReplaced(session, generation)) {
      throw new DomainError('revoked_token', 'This token was replaced by another; refresh it.');
    }
    const isNewest = generation === session.generation;
    if (isNewest && generation > (session.used_generation ?? 0)) {
      await database.transaction((tx) => noteUsedGeneration(tx, session.id, generation));
    }
    return {
      accountId: session.account_id,
      sessionId: session.id,
      role: roleOfSession(session),
      credential: credentialOf(session, shown),
      tokenExpiresAt: new Date(claims.expiresAt * 1000).toISOString(),
    };
  }

  return { resolve, viewerOf };
}

/** @throws DomainError `revoked_token` when there is no such session */
export async function requireSession(db: Db, id: number): Promise<SessionRow> {
  const session = await findSession(db, id);
  if (!session) throw new DomainError('revoked_token', 'The session has ended; sign in again.');
  return session;
}
