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

export type IdentityProofs = ReturnType<typeof identityProofs>;

type Needs = {
  database: Database;
  tokens: Pick<TokenSigner, 'mac'>;
  verifications: VerificationService;
  providers: readonly IdentityProvider[];
  /** Where browsers may come back to, to the letter. */
  redirectUris: readonly string[];
};

/** What an app got from a provider itself. */
export type CredentialProof = { idToken?: string; accessToken?: string; nonce?: string };

/** What a browser brought back from a provider. */
export type FlowProof = { state: string; code: string; iss?: string };

/** How somebody shows an identity: what the provider gave them is put before the provider, or checked by its keys. */
export function identityProofs(needs: Needs) {
  const { database, tokens, verifications, providers, redirectUris } = needs;

  function providerOf(name: string): IdentityProvider {
    const provider = providers.find((it) => it.name === name);
    if (!provider) throw new DomainError('not_found', 'There is no such identity provider here.');
    return provider;
  }

  /** @throws DomainError `not_found` (provider) · `invalid` · `unavailable` */
  async function checkCredential(name: string, proof: CredentialProof): Promise<ProvidedIdentity> {
    const provider = providerOf(name);
    const { credential } = provider;
    const [wanted, other] =
      credential === 'id-token'
        ? (['idToken', 'accessToken'] as const)
        : (['accessToken', 'idToken'] as const);
    const text = proof[wanted];
    if (proof[other] !== undefined) throw invalid(other, `is not taken by ${name}`);
    if (text === undefined) throw invalid(wanted, 'is missing');
    if (proof.nonce !== undefined && credential !== 'id-token') {
      throw invalid('nonce', `is not taken by ${name}`);
    }
    return provider.verify(text, proof.nonce ?? null);
  }

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
    const flow = flowOf(name);
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
    const authorizationUrl = await flow.begin({ ...secretsOf(state, redirectUri), state });
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
    const flow = flowOf(name);
    const begun = await verifications.findByToken('social-login', state).catch(renamed);
    if (begun.subject !== name || begun.accountId !== (viewer?.accountId ?? null)) throw badState();
    await database.transaction((tx) => verifications.consume(tx, begun));
    const { redirectUri } = begun.details;
    return flow.finish({ ...secretsOf(state, String(redirectUri)), code, iss: iss ?? null });
  }

  /** Either of the two, as the viewer sends it. @throws DomainError as they do */
  async function check(
    name: string,
    { state, code, iss, ...credential }: CredentialProof & Partial<FlowProof>,
    viewer: Viewer,
  ): Promise<ProvidedIdentity> {
    if (state === undefined && code === undefined) return checkCredential(name, credential);
    const other = Object.keys(credential)[0];
    if (other !== undefined) throw invalid(other, 'does not go together with state and code');
    if (state === undefined) throw invalid('state', 'is missing');
    if (code === undefined) throw invalid('code', 'is missing');
    return checkFlow(name, { state, code, ...(iss === undefined ? {} : { iss }) }, viewer);
  }

  function flowOf(name: string): CodeFlow {
    const { codeFlow } = providerOf(name);
    if (!codeFlow) throw invalid('name', 'has no way over the browser here');
    return codeFlow;
  }

  /** Worked out from the state under the server's key: somebody who sees the state in a URL cannot derive them. */
  function secretsOf(state: string, redirectUri: string): FlowSecrets {
    return {
      redirectUri,
      codeVerifier: tokens.mac(`social login verifier ${state}`),
      nonce: tokens.mac(`social login nonce ${state}`),
    };
  }

  return { checkCredential, begin, checkFlow, check };
}

/** The token of the verification is called state here. */
function renamed(error: unknown): never {
  if (error instanceof DomainError && error.code === 'invalid') throw badState();
  throw error;
}

function badState(): DomainError {
  return invalid('state', 'is not valid; begin again');
}
