import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { type GraphServer, graphServer } from '../support/graph-server.ts';
import { type OidcServer, oidcServer } from '../support/oidc-server.ts';
import { freePort } from '../support/ports.ts';

/** Each starts the program. */
const slow = { timeout: 60_000 };

describe('rookery doctor, about identity providers', () => {
  let provider: OidcServer;
  let graph: GraphServer;
  let environment: Record<string, string>;

  beforeAll(async () => {
    provider = await oidcServer();
    graph = await graphServer();
    environment = {
      OIDC_NAME: 'company',
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      FACEBOOK_APP_ID: graph.appId,
      FACEBOOK_APP_SECRET: graph.appSecret,
      FACEBOOK_GRAPH_URL: graph.url,
    };
  });

  afterAll(async () => {
    await provider.close();
    await graph.close();
  });

  it('finds them well', slow, async () => {
    const { code, out } = await command(['doctor'], environment);

    expect(code, out).toBe(0);
    expect(out).toContain('✓ sign-in with company: answers');
    expect(out).toContain('✓ sign-in with facebook: answers');
  });

  it('says which is not there, and which refuses the app', slow, async () => {
    const { code, out } = await command(['doctor'], {
      ...environment,
      OIDC_ISSUER: `http://127.0.0.1:${await freePort()}`,
      FACEBOOK_APP_SECRET: 'another',
    });

    expect(code).toBe(1);
    expect(out).toMatch(/✗ sign-in with company: http:.* cannot be discovered: .*ECONNREFUSED/);
    expect(out).toContain('Facebook refuses FACEBOOK_APP_ID with FACEBOOK_APP_SECRET.');
  });
});
