import { calls as makeCalls } from './calls.ts';
import { freshLinks } from './fresh-links.ts';
import type { Tokens } from './generated.ts';
import { lists } from './lists.ts';
import { type LiveEvent, type LiveOptions, liveEvents } from './live-events.ts';
import { media } from './media.ts';
import { requestOf } from './operations.ts';
import { signIn } from './sign-in.ts';
import { tokenKeeper } from './token-keeper.ts';
import { defaultTokenStore, memoryTokenStore, type TokenStore } from './token-store.ts';
import { type Fetch, send, successOf } from './transport.ts';

/** What a client is made from. */
export type ClientOptions = {
  /** Address of the server, `https://photos.example.com`. */
  baseUrl: string;
  /**
   * Where tokens are kept. Default: in a browser, `localStorage` that all tabs share (`browserTokenStore`); elsewhere, and
   * for an app that keeps them by `tokens` and `onTokens`, memory.
   */
  store?: TokenStore;
  /** Tokens to start with, in place of those in the store. */
  tokens?: Tokens | null;
  /**
   * Told the tokens after each login and refresh, and null once they are worthless, for an app that has no store. A
   * refresh token works once, so keep the new in place of the old. The call that renewed them waits for it.
   */
  onTokens?: (tokens: Tokens | null) => void | Promise<void>;
  /** In place of the global one. */
  fetch?: Fetch;
};

/** A client of one server, for one person at a time. */
export type RookeryClient = ReturnType<typeof rookeryClient>;

/**
 * Makes a client. Expired access tokens are renewed on the way; lost requests are sent again, up to three times in all.
 * Every method throws `RookeryError`.
 * @example
 * const client = rookeryClient({ baseUrl: 'http://127.0.0.1:3000' });
 * await client.logIn({ login: 'alice', password });
 * for await (const post of client.timeline()) console.log(post.text);
 */
export function rookeryClient(options: ClientOptions) {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // A browser's fetch must be called as a method of the window.
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const keeper = tokenKeeper({
    store: options.store ?? usualStore(options, baseUrl),
    tokens: options.tokens,
    onTokens: options.onTokens ?? (() => {}),
    async refresh(refreshToken, signal) {
      const request = requestOf(baseUrl, 'refresh', { body: { refreshToken }, signal });
      return successOf(await send(fetch, request)) as Tokens;
    },
  });
  const calls = makeCalls({ baseUrl, fetch, keeper });
  const { call, every } = calls;

  /**
   * An address for `new EventSource(url)`, good for 15 to 20 minutes; a secret. `events` needs none.
   * @param options `lastEventId` is that of the last event of an earlier address: what followed it comes first
   */
  async function eventStreamUrl({
    lastEventId,
    signal,
  }: {
    lastEventId?: string;
    signal?: AbortSignal;
  } = {}): Promise<string> {
    const { url } = await call('readEventStreamUrl', { signal });
    return lastEventId === undefined
      ? url
      : `${url}&lastEventId=${encodeURIComponent(lastEventId)}`;
  }

  return {
    call,
    every,
    /** Whether somebody is signed in, and what happens to that. */
    session: keeper.session,
    ...signIn({ calls, keeper }),
    /** The tokens in use; null when nobody is signed in. */
    tokens: (): Tokens | null => keeper.current(),
    /** Uses these tokens from now on. Clients that share a session need a common `store` instead. */
    setTokens: (tokens: Tokens | null): Promise<void> => keeper.adopt(tokens),
    ...media({ calls, ownFetch: options.fetch }),
    ...freshLinks(calls),
    ...lists(calls),
    /**
     * What happens, as it happens; a lost connection is reopened, and nothing is left out.
     * @example for await (const { type, data } of client.events()) if (type === 'notification') show(data);
     */
    events: (more: LiveOptions = {}): AsyncGenerator<LiveEvent, void, undefined> =>
      liveEvents({ baseUrl, fetch, keeper }, more),
    eventStreamUrl,
  };
}

function usualStore({ tokens, onTokens }: ClientOptions, baseUrl: string): TokenStore {
  const isKeptByApp = tokens !== undefined || onTokens !== undefined;
  return isKeptByApp ? memoryTokenStore() : defaultTokenStore(baseUrl);
}
