import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spokenIn } from '../../src/contracts/spoken-language.ts';
import { type OidcServer, oidcServer } from '../support/oidc-server.ts';
import { type Answer, type TestServer, testServer } from '../support/server.ts';

describe('the language of a sign-up', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['es', 'es'],
    ['ES', 'es'],
    ['es-UY,es;q=0.9', 'es'],
    ['de, es;q=0.5, en;q=0.7', 'en'],
    ['en;q=0.2, es;q=0.8', 'es'],
    ['es;q=0, en', 'en'],
    ['es;q=0', undefined],
    ['fr-CA, de;q=0.8, *;q=0.1', undefined],
    ['*', undefined],
    ['est', undefined],
    ['es;q=nonsense, en;q=0.1', 'en'],
    [';;;,,,q=1', undefined],
  ])('Accept-Language: %s is %s', (header, language) => {
    const headers = header === undefined ? {} : { 'accept-language': header };

    expect(spokenIn({ headers }).language).toBe(language);
  });

  describe('in each contract', () => {
    const password = 'a-long-walk-home';
    const headers = { 'accept-language': 'es-UY,es;q=0.9' };
    let provider: OidcServer;
    let server: TestServer;

    beforeAll(async () => {
      provider = await oidcServer();
      server = await testServer({
        contracts: 'all',
        environment: {
          OIDC_ISSUER: provider.issuer,
          OIDC_CLIENT_ID: provider.clientId,
          GOOGLE_ISSUER: provider.issuer,
          GOOGLE_CLIENT_ID: provider.clientId,
        },
      });
      server.clock.advance(Date.now() - server.clock.now().getTime());
    });

    afterAll(async () => {
      await server.close();
      await provider.close();
    });

    const post = (path: string, body: unknown) => server.send('POST', path, { body, headers });

    const signUps: Record<string, () => Promise<Answer>> = {
      v2: () => post('/v2/accounts', { username: 'user-1', password }),
      'v2, by a provider': async () =>
        post('/v2/identity-providers/oidc/sign-in', {
          idToken: await provider.idToken({ sub: 'user-2' }),
        }),
      'base-api': () =>
        post('/v1/auth/register', { username: 'user-3', email: 'user-3@example.com', password }),
      'base-api, by Google': async () =>
        post('/v1/auth/google/login', {
          credential: await provider.idToken({ sub: 'user-4' }),
          client_id: provider.clientId,
        }),
      'flask-api': () =>
        post('/api/user', {
          name: 'user-5',
          username: 'user-5',
          password,
          password_confirm: password,
        }),
      hmlet: () => post('/compat/hmlet/register', { username: 'user-6', password, name: 'user-6' }),
      'mini-sns': () =>
        post('/compat/mini-sns/sign-up', {
          email: 'user-7@example.com',
          name: 'user-7',
          password,
          profile: 'Hello',
        }),
      mithril: () => post('/compat/mithril/api/user/register', { username: 'user-8', password }),
    };

    it.each(Object.keys(signUps))('%s: that which the client speaks', async (contract) => {
      const answer = await signUps[contract]?.();

      const newest = await server.app.database
        .selectFrom('accounts')
        .select('language')
        .orderBy('id', 'desc')
        .executeTakeFirst();
      expect(answer?.status, JSON.stringify(answer?.body)).toBeLessThan(300);
      expect(newest?.language).toBe('es');
    });

    it('v2: that which it names, whatever it speaks', async () => {
      const { body } = await post('/v2/accounts', { username: 'user-9', password, language: 'en' });

      expect(body.username).toBe('user-9');
      const row = await server.app.database
        .selectFrom('accounts')
        .select('language')
        .where('username', '=', 'user-9')
        .executeTakeFirst();
      expect(row?.language).toBe('en');
    });
  });
});
