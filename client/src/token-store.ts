import type { Tokens } from './generated.ts';
import { sleep } from './sleep.ts';

/** Where the tokens of one session are kept. Write your own for a keychain, or use one of those below. */
export type TokenStore = {
  /** The tokens as they are now; null when nobody is signed in. */
  read(): Tokens | null | Promise<Tokens | null>;
  write(tokens: Tokens | null): void | Promise<void>;
  /** Runs one piece of work at a time, among all who share the store. Without it, only this client is considered. */
  lock?<T>(work: () => Promise<T>): Promise<T>;
  /** Calls the listener after somebody else, such as another tab, has written. Returns how to stop. */
  subscribe?(listener: () => void): () => void;
};

/** What `localStorage` and React Native's `AsyncStorage` have in common. */
export type KeyValueStorage = {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
};

/** What `browserTokenStore` needs of a browser's window. */
export type BrowserWindow = {
  document?: unknown;
  localStorage?: KeyValueStorage;
  navigator?: {
    locks?: { request<T>(name: string, work: () => Promise<T>): Promise<T> };
  };
  addEventListener?(type: 'storage', listener: (event: StorageChange) => void): void;
  removeEventListener?(type: 'storage', listener: (event: StorageChange) => void): void;
};

type StorageChange = { key: string | null };

/**
 * Chromium tells the processes of its tabs of changes in `localStorage` a moment later, perhaps after the lock. For
 * ten seconds, a tab that still reads the old token gets the same successor from the server.
 */
const settlingMs = 100;

/** Keeps tokens in memory: they are gone with the program. */
export function memoryTokenStore(tokens: Tokens | null = null): TokenStore {
  let kept = tokens;
  return {
    read: () => kept,
    write(next) {
      kept = next;
    },
  };
}

/**
 * Keeps tokens in a storage of texts.
 * @example rookeryClient({ baseUrl, store: storageTokenStore(AsyncStorage) }) // React Native
 */
export function storageTokenStore(storage: KeyValueStorage, key = 'rookery.tokens'): TokenStore {
  return {
    async read() {
      return tokensOf(await storage.getItem(key));
    },
    async write(tokens) {
      if (tokens) await storage.setItem(key, JSON.stringify(tokens));
      else await storage.removeItem(key);
    },
  };
}

/**
 * Keeps tokens in `localStorage`, for all tabs of a web app together: one of them refreshes while the others wait (Web
 * Locks), and all of them notice when somebody signs in or out. Scripts of the page can read them, so allow no foreign
 * ones (`Content-Security-Policy`).
 *
 * Web Locks exist on HTTPS and on localhost only. Without them, tabs may refresh at once; the server allows that for ten seconds.
 */
export function browserTokenStore(
  key = 'rookery.tokens',
  browser = globalThis as unknown as BrowserWindow,
): TokenStore {
  const storage = browser.localStorage;
  if (!storage) throw new Error('There is no localStorage here.');
  const locks = browser.navigator?.locks;
  return {
    ...storageTokenStore(storage, key),
    ...(locks && {
      lock: (work) =>
        locks.request(key, async () => {
          await sleep(settlingMs);
          return work();
        }),
    }),
    subscribe(listener) {
      // A null key: everything was cleared.
      const onStorage = (event: StorageChange) => {
        if (event.key === key || event.key === null) listener();
      };
      browser.addEventListener?.('storage', onStorage);
      return () => browser.removeEventListener?.('storage', onStorage);
    },
  };
}

/** All tabs share the tokens for one server in a browser; elsewhere they are kept in memory. */
export function defaultTokenStore(baseUrl: string): TokenStore {
  return hasPage() ? browserTokenStore(`rookery.tokens ${baseUrl}`) : memoryTokenStore();
}

/** Node and Deno may have a `localStorage`, but no page. A browser that blocks its storage throws. */
function hasPage(): boolean {
  const browser = globalThis as unknown as BrowserWindow;
  try {
    return browser.document !== undefined && Boolean(browser.localStorage);
  } catch {
    return false;
  }
}

function tokensOf(text: string | null): Tokens | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Tokens | null;
    return typeof value?.refreshToken === 'string' ? value : null;
  } catch {
    return null;
  }
}
