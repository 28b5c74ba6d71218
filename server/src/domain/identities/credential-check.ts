import { invalid } from '../errors.ts';
import type { IdentityProvider, ProvidedIdentity } from '../ports.ts';
import { providerOf } from './provider.ts';

/** What an app got from a provider itself. */
export type CredentialProof = { idToken?: string; accessToken?: string; nonce?: string };

export type CredentialCheck = (name: string, proof: CredentialProof) => Promise<ProvidedIdentity>;

/** Has providers check what an app got from them itself. */
export function credentialCheck(providers: readonly IdentityProvider[]): CredentialCheck {
  /** @throws DomainError `not_found` (provider) · `invalid` · `unavailable` */
  async function checkCredential(name: string, proof: CredentialProof): Promise<ProvidedIdentity> {
    const provider = providerOf(providers, name);
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

  return checkCredential;
}
