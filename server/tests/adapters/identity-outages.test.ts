import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { facebookProvider } from '../../src/adapters/identity/facebook.ts';
import { oidcProvider } from '../../src/adapters/identity/oidc.ts';
import type { IdentityProvider } from '../../src/domain/ports.ts';
import { listening, oidcServer } from '../support/oidc-server.ts';
import { freePort } from '../support/ports.ts';

const now = () => new Date();
const unavailable = { code: 'unavailable', retryAfterSeconds: 10 };

const providers: Array<[string, (address: string) => IdentityProvider]> = [
  [
    'an OpenID Connect provider',
    (issuer) =>
      oidcProvider({
        now,
        name: 'oidc',
        issuer,
        clientIds: ['app'],
        clientSecret: null,
        hasCodeFlow: true,
        maxMs: 300,
      }),
  ],
  [
    'Facebook',
    (graphUrl) => facebookProvider({ now, appId: '1', appSecret: 's', graphUrl, maxMs: 300 }),
  ],
];

describe.each(providers)('%s', (_name, providerAt) => {
  let http: Server | undefined;

  afterEach(async () => {
    if (!http) return;
    http.closeAllConnections();
    http.close();
    await once(http, 'close');
    http = undefined;
  });

  async function serving(listener: RequestListener): Promise<IdentityProvider> {
    http = createServer(listener);
    return providerAt(await listening(http));
  }

  it('that is not there is unavailable', async () => {
    const provider = providerAt(`http://127.0.0.1:${await freePort()}`);

    await expect(provider.verify('token', null)).rejects.toMatchObject(unavailable);
  });

  it('that never answers is unavailable within its time', async () => {
    const provider = await serving(() => {});
    const begun = performance.now();

    await expect(provider.verify('token', null)).rejects.toMatchObject(unavailable);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it.each<[string, RequestListener]>([
    ['fails', (_request, response) => void response.writeHead(502).end()],
    ['has too much to do', (_request, response) => void response.writeHead(429).end()],
    ['answers something else', (_request, response) => void response.end('<html>')],
    [
      'sends elsewhere',
      (_request, response) => void response.writeHead(302, { location: '/x' }).end(),
    ],
  ])('that %s is unavailable', async (_what, listener) => {
    const provider = await serving(listener);

    await expect(provider.verify('token', null)).rejects.toMatchObject(unavailable);
    await expect(provider.check()).rejects.toThrow();
  });

  it('is not asked any more after five failures in a row', async () => {
    let requests = 0;
    const provider = await serving((_request, response) => {
      requests += 1;
      response.writeHead(500).end();
    });
    for (let i = 0; i < 8; i += 1) await provider.verify('token', null).catch(() => {});

    expect(requests).toBe(5);
  });
});

describe('an OpenID Connect provider', () => {
  it('that comes back is asked anew, for it was not remembered as down', async () => {
    const provider = await oidcServer();
    let isDown = true;
    const { issuer, clientId } = provider;
    const oidc = oidcProvider({
      now,
      name: 'oidc',
      issuer,
      clientIds: [clientId],
      clientSecret: null,
      hasCodeFlow: false,
    });
    provider.intercept((_request, response) => {
      if (isDown) response.writeHead(503).end();
      return isDown;
    });

    await expect(oidc.verify('token', null)).rejects.toMatchObject(unavailable);
    isDown = false;

    const idToken = await provider.idToken({ sub: 'a-1' });
    expect(await oidc.verify(idToken, null)).toMatchObject({ issuer, subject: 'a-1' });
    await oidc.check();
    await provider.close();
  });

  it('whose keys are away is unavailable, and the token is not called bad', async () => {
    const provider = await oidcServer();
    provider.intercept((request, response) => {
      const isForKeys = request.url === '/jwks';
      if (isForKeys) response.writeHead(500).end();
      return isForKeys;
    });
    const { issuer, clientId } = provider;
    const oidc = oidcProvider({
      now,
      name: 'oidc',
      issuer,
      clientIds: [clientId],
      clientSecret: null,
      hasCodeFlow: false,
    });

    const idToken = await provider.idToken({ sub: 'a-1' });
    await expect(oidc.verify(idToken, null)).rejects.toMatchObject(unavailable);
    await provider.close();
  });
});
