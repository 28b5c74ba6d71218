import type { Claims, OidcServer } from '../../../support/oidc-server.ts';
import {
  type Answer,
  type Person,
  type ServerOptions,
  type TestServer,
  testServer,
} from '../../../support/server.ts';

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

/** Signs somebody in as a native app does. */
export async function signInWith(
  server: TestServer,
  provider: OidcServer,
  claims: Claims,
  name = 'oidc',
): Promise<Answer> {
  const idToken = await provider.idToken(claims);
  return server.send('POST', `/v2/identity-providers/${name}/sign-in`, { body: { idToken } });
}

/** As if the person had followed the link in their mail. */
export async function verifyEmail({ app, clock }: TestServer, username: Person): Promise<void> {
  await app.database.transaction((tx) =>
    tx
      .updateTable('accounts')
      .set({ email_verified_at: clock.now().toISOString() })
      .where('username', '=', username)
      .execute(),
  );
}
