import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { type TestServer } from '../../../support/server.ts';
import { identityServer } from './identity-server.ts';

const alice = { sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice' };

describe('signing in over the browser', () => {
  let provider: OidcServer;
  let server: TestServer;

  beforeEach(async () => {
    provider = await oidcServer();
    server = await identityServer(provider);
    provider.know(alice);
  });

  afterEach(async () => {
    await server.close();
    await provider.close();
  });

  it('makes an account, and finds it again', async () => {
    const first = await confirm(await cameBack());
    const second = await confirm(await cameBack());

    expect([first.status, first.body.created]).toEqual([201, true]);
    expect([second.status, second.body.created]).toEqual([201, false]);
    expect(await me(second.body.accessToken)).toMatchObject({
      username: 'alice',
      displayName: 'Alice',
      email: 'alice@example.com',
      emailVerified: true,
      hasPassword: false,
    });
  });

  async function cameBack(name = 'oidc') {
    const begun = await server.send('POST', `/v2/identity-providers/${name}/authorizations`, {
      body: { redirectUri: provider.redirectUri },
    });
    expect(begun.status, JSON.stringify(begun.body)).toBe(201);
    const end = await provider.signIn(begun.body.authorizationUrl, 'a-1');
    const { state, code, iss } = Object.fromEntries(end.searchParams);
    return { state, code, iss };
  }

  function confirm(body: object, name = 'oidc') {
    return server.send('POST', `/v2/identity-providers/${name}/authorizations/confirm`, { body });
  }

  async function me(token: string) {
    const headers = { authorization: `Bearer ${token}` };
    return (await server.send('GET', '/v2/me', { headers })).body;
  }
});
