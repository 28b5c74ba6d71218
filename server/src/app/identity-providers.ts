import type { IdentityProvider, Now } from '../domain/ports.ts';
import type { IdentityConfig } from './settings/identity-settings.ts';

const googleIssuer = 'https://accounts.google.com';

/** The configured providers. Loads their libraries only if there are any, and sends no request. */
export async function openIdentityProviders(
  { google, facebook, oidc, redirectUris }: IdentityConfig,
  now: Now,
): Promise<IdentityProvider[]> {
  const hasRedirects = redirectUris.length > 0;
  const providers: IdentityProvider[] = [];
  const oidcProvider = google || oidc ? await loadOidc() : null;
  if (google && oidcProvider) {
    // Google's ID tokens may name it without the scheme, and it wants the secret at the exchange of a code.
    const aliases = google.issuer === googleIssuer ? ['accounts.google.com'] : [];
    const hasCodeFlow = hasRedirects && google.clientSecret !== null;
    providers.push(oidcProvider({ now, name: 'google', aliases, hasCodeFlow, ...google }));
  }
  if (facebook) {
    const { facebookProvider } = await import('../adapters/identity/facebook.ts');
    providers.push(facebookProvider({ now, ...facebook }));
  }
  if (oidc && oidcProvider)
    providers.push(oidcProvider({ now, hasCodeFlow: hasRedirects, ...oidc }));
  return providers;
}

async function loadOidc() {
  const { oidcProvider } = await import('../adapters/identity/oidc.ts');
  return oidcProvider;
}
