import type { Database, Tx } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError, type ErrorCode } from '../errors.ts';
import type { LanguageCode } from '../language-code.ts';
import type { ProvidedIdentity } from '../ports.ts';
import type { OpenSession, Proof, SessionTokens, SignInContext } from '../sessions/session.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { FlowProof } from './browser-flow.ts';
import type { CredentialProof } from './credential-check.ts';
import type { Joined } from './first-sign-in.ts';
import type { JoinIdentity } from './identity-joining.ts';
import type { IdentityProofs } from './identity-proofs.ts';
import { findIdentity } from './identity-store.ts';

/** Where somebody comes in, who may get an account by that: in this language, where the client says one. */
type Entrance = SignInContext & { language?: LanguageCode };

type Needs = {
  database: Database;
  audit: AuditLog;
  sessions: Pick<SessionService, 'open' | 'openPlain'>;
  proofs: Pick<IdentityProofs, 'checkCredential' | 'checkFlow'>;
  join: JoinIdentity;
};

/** What is noted as a refusal: somebody came, and was not let in. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'invalid',
  'gone',
  'expired',
  'conflict',
  'forbidden',
  'wrong_password',
]);

export type SignedIn<Session = SessionTokens> = Pick<Joined, 'isNew' | 'isFirst'> & {
  session: Session;
};

/** Signs people in by what a provider says of them. */
export function identitySigningIn({ database, audit, sessions, proofs, join }: Needs) {
  /**
   * Signs somebody in, up first if need be, by what an app got from the provider.
   * @throws DomainError `not_found` (provider) · `invalid` (idToken, accessToken, nonce) · `conflict` (the address is
   * somebody's) · `forbidden` (closed, disabled) · `second_factor_required` · `unavailable`
   */
  async function signIn(
    provider: string,
    proof: CredentialProof,
    context: Entrance,
  ): Promise<SignedIn> {
    return enter(provider, () => proofs.checkCredential(provider, proof), context, sessions.open);
  }

  /**
   * As `signIn`, for a session whose tokens are made elsewhere. A new account keeps an e-mail that the provider names
   * without vouching for it, when nobody else has it: unconfirmed, like one that somebody signs up with.
   * @throws DomainError as `signIn`
   */
  async function signInPlain(
    provider: string,
    proof: CredentialProof,
    context: Entrance,
  ): Promise<SignedIn<OpenSession>> {
    const check = () => proofs.checkCredential(provider, proof);
    return enter(provider, check, { ...context, keepsClaim: true }, sessions.openPlain);
  }

  /** The same by what a browser brought back. @throws DomainError as `signIn`, with state, code and iss · `gone` · `expired` */
  async function confirm(provider: string, proof: FlowProof, context: Entrance): Promise<SignedIn> {
    return enter(provider, () => proofs.checkFlow(provider, proof, null), context, sessions.open);
  }

  async function enter<Session>(
    provider: string,
    check: () => Promise<ProvidedIdentity>,
    { keepsClaim = false, language, ...context }: Entrance & { keepsClaim?: boolean },
    open: (accountId: number, proof: Proof, context: SignInContext) => Promise<Session>,
  ): Promise<SignedIn<Session>> {
    const { address } = context.device;
    try {
      const origin = { provider, address, keepsClaim, ...(language ? { language } : {}) };
      const who = await check();
      const { accountId, ...how } = await join(who, origin);
      const use = (tx: Tx) => checkLeadsTo(tx, who, accountId);
      return { session: await open(accountId, { by: 'identity', use }, context), ...how };
    } catch (error) {
      if (error instanceof DomainError && refusals.has(error.code)) {
        const details = { by: 'identity', provider, audience: context.audience, code: error.code };
        const entry = { accountId: null, actorId: null, address, details };
        await database.transaction((tx) =>
          audit.record(tx, { action: 'session.refused', ...entry }),
        );
      }
      throw error;
    }
  }

  return { signIn, signInPlain, confirm };
}

/** It may have been removed since, together with all that was open. @throws DomainError `wrong_password` */
async function checkLeadsTo(
  tx: Tx,
  { issuer, subject }: ProvidedIdentity,
  accountId: number,
): Promise<void> {
  if ((await findIdentity(tx, issuer, subject))?.account_id === accountId) return;
  throw new DomainError('wrong_password', 'The account has changed; sign in again.');
}
