import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identityServer } from '../../server/tests/contracts/v2/identities/identity-server.ts';
import { type OidcServer, oidcServer } from '../../server/tests/support/oidc-server.ts';
import type { TestServer } from '../../server/tests/support/server.ts';
import {
  finishRedirectSignIn,
  type RedirectWindow,
  type RookeryClient,
  rookeryClient,
  startRedirectSignIn,
} from '../src/index.ts';

/** A tab: an address, and what it remembers until it is closed. */
function tab() {
  const kept = new Map<string, string>();
  let url = new URL('https://app.example.com/signed-in?theme=dark');
  const page: RedirectWindow = {
    location: {
      get origin() {
        return url.origin;
      },
      get pathname() {
        return url.pathname;
      },
      get search() {
        return url.search;
      },
      assign: (next) => void (url = new URL(next)),
    },
    history: { replaceState: (_data, _unused, next) => void (url = new URL(next, url)) },
    sessionStorage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
  };
  return { page, address: () => url.href, goTo: (next: string) => page.location.assign(next) };
}

describe('signing in at a provider', () => {
  let provider: OidcServer;
  let server: TestServer;
  let baseUrl: string;
  let client: RookeryClient;
  let browser: ReturnType<typeof tab>;

  beforeAll(async () => {
    provider = await oidcServer();
    provider.know({ sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice' });
    server = await identityServer(provider, { http: { drainMs: 0 } });
    baseUrl = await server.listen();
  });

  beforeEach(() => {
    client = rookeryClient({ baseUrl });
    browser = tab();
  });

  afterEach(() => client.logOut());

  afterAll(async () => {
    await server.close();
    await provider.close();
  });

  async function comeBack(): Promise<URL> {
    await startRedirectSignIn(client, 'oidc', { returnTo: '/posts/3' }, browser.page);
    const back = await provider.signIn(browser.address(), 'a-1');
    back.searchParams.set('theme', 'dark');
    return back;
  }

  it('sends the browser there, and signs in when it comes back', async () => {
    const back = await comeBack();
    browser.goTo(back.href);
    const result = await finishRedirectSignIn(client, browser.page);
    const again = await finishRedirectSignIn(client, browser.page);

    expect(result).toMatchObject({ created: true, returnTo: '/posts/3' });
    expect(again).toBeNull();
    expect(browser.address()).toBe('https://app.example.com/signed-in?theme=dark');
    expect(client.session.isSignedIn).toBe(true);
    expect(await client.call('readMe')).toMatchObject({ username: 'alice' });
  });

  it('takes no answer of another browser, nor of another sign-in', async () => {
    const foreign = await comeBack();
    const stranger = tab();
    stranger.goTo(foreign.href);
    browser.goTo(provider.redirectUri);
    await startRedirectSignIn(client, 'oidc', {}, browser.page);
    browser.goTo(foreign.href);

    const elsewhere = await finishRedirectSignIn(client, stranger.page);
    const mixed = finishRedirectSignIn(client, browser.page);

    expect(elsewhere).toBeNull();
    await expect(mixed).rejects.toMatchObject({ code: 'state_mismatch' });
    expect(client.session.isSignedIn).toBe(false);
  });

  it('says that somebody changed their mind', async () => {
    const back = await comeBack();
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    browser.goTo(back.href);

    await expect(finishRedirectSignIn(client, browser.page)).rejects.toMatchObject({
      code: 'denied',
      cause: 'access_denied',
    });
  });

  it('does nothing on a page that nobody came back to', async () => {
    expect(await finishRedirectSignIn(client, browser.page)).toBeNull();
  });
});
