import type { SignedIn } from './generated.ts';
import type { RookeryClient } from './rookery-client.ts';
import { RookeryError } from './rookery-error.ts';

/** How a sign-in at a provider begins. */
export type RedirectOptions = {
  /**
   * Where the browser comes back to: one that the operator has allowed (`IDENTITY_REDIRECT_URIS`). Default: this page,
   * without its query.
   */
  redirectUri?: string;
  /** Anything to remember until then, such as the page that somebody wanted to see. */
  returnTo?: string;
};

/** What a finished sign-in says, with what was to be remembered. */
export type RedirectResult = SignedIn & { returnTo: string | null };

/** What these helpers need of a browser's window. */
export type RedirectWindow = {
  location: { origin: string; pathname: string; search: string; assign(url: string): void };
  history: { replaceState(data: unknown, unused: string, url: string): void };
  sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
};

type Begun = { provider: string; state: string; returnTo: string | null };

const storageKey = 'rookery.redirect-sign-in';
/** What a provider adds to the address that it sends the browser back to. */
const providerParameters = ['code', 'state', 'iss', 'scope', 'authuser', 'prompt', 'hd', 'error'];

/**
 * Sends the browser to a provider, such as `google`. Call `finishRedirectSignIn` on the page that it comes back to.
 * @throws RookeryError
 */
export async function startRedirectSignIn(
  client: Pick<RookeryClient, 'call'>,
  provider: string,
  { redirectUri, returnTo }: RedirectOptions = {},
  page: RedirectWindow = globalThis as unknown as RedirectWindow,
): Promise<void> {
  const { location, sessionStorage } = page;
  const { authorizationUrl, state } = await client.call('authorizeWithProvider', {
    path: { name: provider },
    body: { redirectUri: redirectUri ?? location.origin + location.pathname },
  });
  const begun: Begun = { provider, state, returnTo: returnTo ?? null };
  sessionStorage.setItem(storageKey, JSON.stringify(begun));
  location.assign(authorizationUrl);
}

/**
 * Ends a sign-in when this page is where the provider sent the browser; else returns null, so it can be called on every
 * page. It takes the code out of the address, so that it is in no history and no bookmark.
 * @throws RookeryError `second_factor_required`, to go on with `finishLogIn` · `denied`: somebody said no at the
 * provider · `state_mismatch`: the answer belongs to no sign-in of this tab
 */
export async function finishRedirectSignIn(
  client: Pick<RookeryClient, 'call'>,
  page: RedirectWindow = globalThis as unknown as RedirectWindow,
): Promise<RedirectResult | null> {
  const { location, sessionStorage } = page;
  const query = new URLSearchParams(location.search);
  const kept = sessionStorage.getItem(storageKey);
  const state = query.get('state');
  if (kept === null || state === null) return null;
  sessionStorage.removeItem(storageKey);
  cleanAddress(page, query);
  const { provider, state: expected, returnTo } = JSON.parse(kept) as Begun;
  if (state !== expected) {
    throw new RookeryError(
      0,
      'state_mismatch',
      'The answer belongs to another sign-in. Try again.',
    );
  }
  const code = query.get('code');
  if (code === null) {
    throw new RookeryError(0, 'denied', 'The provider did not sign you in.', {
      cause: query.get('error'),
    });
  }
  const iss = query.get('iss');
  const signedIn = await client.call('confirmAuthorization', {
    path: { name: provider },
    body: { state, code, ...(iss === null ? {} : { iss }) },
  });
  return { ...signedIn, returnTo };
}

function cleanAddress({ location, history }: RedirectWindow, query: URLSearchParams): void {
  const rest = new URLSearchParams(query);
  for (const name of [...providerParameters, 'error_description']) rest.delete(name);
  const text = rest.toString();
  history.replaceState(null, '', location.pathname + (text === '' ? '' : `?${text}`));
}
