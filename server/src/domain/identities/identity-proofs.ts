import type { Database } from '../../db/database.ts';
import { invalid } from '../errors.ts';
import type { IdentityProvider, ProvidedIdentity, TokenSigner } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { browserFlow, type FlowProof } from './browser-flow.ts';
import { type CredentialCheck, type CredentialProof, credentialCheck } from './credential-check.ts';

type Needs = {
  database: Database;
  tokens: Pick<TokenSigner, 'mac'>;
  verifications: VerificationService;
  providers: readonly IdentityProvider[];
  /** Where browsers may come back to, to the letter. */
  redirectUris: readonly string[];
};

/** How somebody shows an identity: what the provider gave them is put before the provider, or checked by its keys. */
export type IdentityProofs = ReturnType<typeof browserFlow> & {
  /** @throws DomainError `not_found` (provider) · `invalid` · `unavailable` */
  checkCredential: CredentialCheck;
  /** Either of the two, as the viewer sends it. @throws DomainError as they do */
  check(
    name: string,
    proof: CredentialProof & Partial<FlowProof>,
    viewer: Viewer,
  ): Promise<ProvidedIdentity>;
};

export function identityProofs(needs: Needs): IdentityProofs {
  const { database, tokens, verifications, providers, redirectUris } = needs;
  const checkCredential = credentialCheck(providers);
  const flow = browserFlow({ database, tokens, verifications, providers, redirectUris });

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
    return flow.checkFlow(name, { state, code, ...(iss === undefined ? {} : { iss }) }, viewer);
  }

  return { ...flow, checkCredential, check };
}
