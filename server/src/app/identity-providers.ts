import { facebookProvider } from '../adapters/identity/facebook.ts';
import { oidcProvider } from '../adapters/identity/oidc.ts';
import type { IdentityProvider, Now } from '../domain/ports.ts';
import type { IdentityConfig } from './settings/identity-settings.ts';

const googleIssuer = 'https://accounts.google.com';

/** The providers that are set up. Nobody is asked yet. */
export function openIdentityProviders(
  { google, facebook, oidc, redirectUris }: IdentityConfig,
  now: Now,
): IdentityProvider[] {
  const hasRedirects = redirectUris.length > 0;
  const providers: IdentityProvider[] = [];
  if (google) {
    // Google's ID tokens may name it without the scheme, and it wants the secret at the exchange of a code.
    const aliases = google.issuer === googleIssuer ? ['accounts.google.com'] : [];
    const hasCodeFlow = hasRedirects && google.clientSecret !== null;
    providers.push(oidcProvider({ now, name: 'google', aliases, hasCodeFlow, ...google }));
  }
  if (facebook) providers.push(facebookProvider({ now, ...facebook }));
  if (oidc) providers.push(oidcProvider({ now, hasCodeFlow: hasRedirects, ...oidc }));
  return providers;
}
