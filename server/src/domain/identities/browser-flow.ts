import type { Database } from '../../db/database.ts';
import { checkScope } from '../credential.ts';
import { DomainError, invalid } from '../errors.ts';
import type {
  CodeFlow,
  FlowSecrets,
  IdentityProvider,
  ProvidedIdentity,
  TokenSigner,
} from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { flowLifeMs } from './identity.ts';
import { providerOf } from './provider.ts';

type Needs = {
  database: Database;
  tokens: Pick<TokenSigner, 'mac'>;
  verifications: Pick<
    VerificationService,
    'prepare' | 'tokenOf' | 'issue' | 'findByToken' | 'consume'
  >;
  providers: readonly IdentityProvider[];
  /** Where browsers may come back to, to the letter. */
  redirectUris: readonly string[];
};

/** What a browser brought back from a provider. */
export type FlowProof = { state: string; code: string; iss?: string };

/** Leads browsers to a provider and back. */
export function browserFlow(needs: Needs) {
  const { database, tokens, verifications, providers, redirectUris } = needs;

  /**
   * Begins the way over the browser.
   * @param viewer whom the identity will be linked to; null for signing in
   * @throws DomainError `forbidden` (by app password) · `not_found` (provider) · `unsupported` · `invalid` (redirectUri) ·
   *   `unavailable`
   */
  async function begin(
    name: string,
    { redirectUri, viewer }: { redirectUri: string; viewer: Viewer | null },
  ): Promise<{ authorizationUrl: string; state: string; expiresAt: string }> {
    if (viewer) checkScope(viewer, 'security');
    const flow = flowOf(providers, name);
    if (!redirectUris.includes(redirectUri)) throw invalid('redirectUri', 'is not allowed here');
    const row = await verifications.prepare({
      purpose: 'social-login',
      accountId: viewer?.accountId ?? null,
      subject: name,
      details: { redirectUri },
      ...(viewer ? { sessionId: viewer.sessionId } : {}),
      lifeMs: flowLifeMs,
    });
    const state = verifications.tokenOf(row);
    const authorizationUrl = await flow.begin({ ...secretsOf(tokens, state, redirectUri), state });
    await database.transaction((tx) => verifications.issue(tx, row));
    return { authorizationUrl, state, expiresAt: row.expires_at };
  }

  /**
   * Ends the sign-in through the browser. The state is consumed before the provider is called: if it fails, the next
   * attempt starts over.
   * @throws DomainError `not_found` (provider) · `invalid` (state, code, iss) · `gone` · `expired` · `unavailable`
   */
  async function checkFlow(
    name: string,
    { state, code, iss }: FlowProof,
    viewer: Viewer | null,
  ): Promise<ProvidedIdentity> {
    const flow = flowOf(providers, name);
    const begun = await verifications.findByToken('social-login', state).catch(renamed);
    if (begun.subject !== name || begun.accountId !== (viewer?.accountId ?? null)) throw badState();
    await database.transaction((tx) => verifications.consume(tx, begun));
    const { redirectUri } = begun.details;
    return flow.finish({
      ...secretsOf(tokens, state, String(redirectUri)),
      code,
      iss: iss ?? null,
    });
  }

  return { begin, checkFlow };
}

function flowOf(providers: readonly IdentityProvider[], name: string): CodeFlow {
  const { codeFlow } = providerOf(providers, name);
  if (!codeFlow) throw invalid('name', 'has no way over the browser here');
  return codeFlow;
}

/** Worked out from the state under the server's key: somebody who sees the state in a URL cannot derive them. */
function secretsOf(tokens: Needs['tokens'], state: string, redirectUri: string): FlowSecrets {
  return {
    redirectUri,
    codeVerifier: tokens.mac(`social login verifier ${state}`),
    nonce: tokens.mac(`social login nonce ${state}`),
  };
}

/** The token of the verification is called state here. */
function renamed(error: unknown): never {
  if (error instanceof DomainError && error.code === 'invalid') throw badState();
  throw error;
}

function badState(): DomainError {
  return invalid('state', 'is not valid; begin again');
}
