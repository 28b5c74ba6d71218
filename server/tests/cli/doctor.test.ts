import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { type GraphServer, graphServer } from '../support/graph-server.ts';
import { listening, type OidcServer, oidcServer } from '../support/oidc-server.ts';
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

  it.each([
    ['/realms/x', '/realms/x/'],
    ['/realms/x/', '/realms/x'],
    ['/realms/x', '/realms/x'],
    ['', '/'],
  ])(
    'takes the issuer …%s where the provider writes …%s, and says what differs',
    slow,
    async (ours, theirs) => {
      const { url, close } = await bareProvider(theirs);

      const { out } = await command(['doctor'], {
        OIDC_ISSUER: `${url}${ours}`,
        OIDC_CLIENT_ID: 'app',
      });
      await close();

      const isSame = ours.replace(/^$/, '/') === theirs;
      const hint = `; it writes its issuer ${url}${theirs}, the settings ${url}${ours}: only the slash`;
      expect(out).toContain(`✓ sign-in with oidc: answers${isSame ? '\n' : hint}`);
    },
  );

  it('does not take another issuer, and says which it is', slow, async () => {
    const { url, close } = await bareProvider('/realms/y');

    const { out } = await command(['doctor'], {
      OIDC_ISSUER: `${url}/realms/x`,
      OIDC_CLIENT_ID: 'app',
    });
    await close();

    expect(out).toContain(
      `✗ sign-in with oidc: ${url}/realms/x cannot be discovered: it calls itself ${url}/realms/y.`,
    );
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

/** What can be discovered of a provider that writes its issuer with this path, whatever path it is asked at. */
async function bareProvider(path: string): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const answer =
      request.url === '/jwks' ? { keys: [] } : { issuer: `${url}${path}`, jwks_uri: `${url}/jwks` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const url = await listening(server);
  return {
    url,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
