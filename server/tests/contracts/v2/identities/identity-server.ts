import type { OidcServer } from '../../../support/oidc-server.ts';
import { type ServerOptions, type TestServer, testServer } from '../../../support/server.ts';

/** A server that lets a provider vouch for people, both as Google and by discovery. It is now: the provider has no other clock. */
export async function identityServer(
  provider: Pick<OidcServer, 'issuer' | 'clientId' | 'clientSecret' | 'redirectUri'>,
  { environment, ...options }: ServerOptions = {},
): Promise<TestServer> {
  const server = await testServer({
    environment: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: `${provider.clientId}, rookery-phone`,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      IDENTITY_REDIRECT_URIS: provider.redirectUri,
      ...environment,
    },
    ...options,
  });
  server.clock.advance(Date.now() - server.clock.now().getTime());
  return server;
}
