import type { Tokens } from './generated.ts';
import { RookeryError } from './rookery-error.ts';
import { type ClientSession, listeners, type SessionChange } from './session.ts';
import type { TokenStore } from './token-store.ts';

type Needs = {
  store: TokenStore;
  /** Used from the start, whatever the store has; undefined: what the store has. */
  tokens: Tokens | null | undefined;
  onTokens: (tokens: Tokens | null) => void | Promise<void>;
  /** Exchanges a refresh token for the next pair. */
  refresh: (refreshToken: string, signal: AbortSignal) => Promise<Tokens>;
};

/** The one place that has the tokens of a client. */
export type TokenKeeper = ReturnType<typeof tokenKeeper>;

/** Other tabs wait for a refresh, so it must end. */
const refreshMs = 30_000;

/** Keeps one pair of tokens. However many calls find it expired, and in however many tabs, it is exchanged once. */
export function tokenKeeper({ store, tokens: given, onTokens, refresh }: Needs) {
  const changes = listeners<[SessionChange]>();
  let current: Tokens | null = given ?? null;
  let renewal: { of: string; next: Promise<Tokens> } | null = null;
  // The latest word counts: what is read from the store later than it was said is old.
  let version = 0;
  let isLoaded = false;
  const loaded = load().finally(() => {
    isLoaded = true;
  });
  store.subscribe?.(() => void readAgain());

  async function load(): Promise<void> {
    if (given !== undefined) return store.write(given);
    const before = version;
    const kept = await store.read();
    if (version === before && kept) become(kept, 'signed-in');
  }

  function become(next: Tokens | null, change: SessionChange): void {
    version += 1;
    current = next;
    changes.notify(change);
  }

  /** Somebody else wrote the store. */
  async function readAgain(): Promise<void> {
    const before = version;
    const kept = await store.read();
    if (version === before) follow(kept);
  }

  function follow(kept: Tokens | null): void {
    if (kept?.refreshToken === current?.refreshToken) return;
    if (!kept) become(null, 'ended');
    else become(kept, kept.sessionId === current?.sessionId ? 'refreshed' : 'signed-in');
  }

  function locked<T>(work: () => Promise<T>): Promise<T> {
    return store.lock ? store.lock(work) : work();
  }

  /** Uses these tokens from now on, keeps them, and tells so. */
  async function set(next: Tokens | null, change: SessionChange): Promise<void> {
    const isNews = next !== null || current !== null;
    version += 1;
    current = next;
    await locked(async () => store.write(next));
    await onTokens(next);
    if (isNews) changes.notify(change);
  }

  /** Uses tokens that the caller supplies. */
  async function adopt(next: Tokens | null): Promise<void> {
    follow(next);
    await locked(async () => store.write(next));
  }

  function isCurrent({ refreshToken }: Tokens): boolean {
    return current?.refreshToken === refreshToken;
  }

  /**
   * The pair that follows the one whose access token was refused.
   * @throws RookeryError of the refresh; when it says that the session is over, the tokens are forgotten
   */
  function renew(expired: Tokens): Promise<Tokens> {
    if (current && !isCurrent(expired)) return successorOf(expired, current);
    if (renewal?.of !== expired.refreshToken) {
      const next = locked(() => exchange(expired)).finally(() => {
        if (renewal?.next === next) renewal = null;
      });
      renewal = { of: expired.refreshToken, next };
    }
    return renewal.next;
  }

  async function exchange(expired: Tokens): Promise<Tokens> {
    const kept = await store.read();
    // Another tab was first.
    if (kept?.refreshToken !== expired.refreshToken) {
      if (isCurrent(expired)) follow(kept);
      return successorOf(expired, kept);
    }
    try {
      const next = await inTime((signal) => refresh(expired.refreshToken, signal));
      // A logout or login in the meantime wins.
      if (isCurrent(expired)) await write(next, 'refreshed');
      return next;
    } catch (error) {
      if (isOver(error) && isCurrent(expired)) await write(null, 'ended');
      throw error;
    }
  }

  /** As `set`, within the lock. */
  async function write(next: Tokens | null, change: SessionChange): Promise<void> {
    become(next, change);
    await store.write(next);
    await onTokens(next);
  }

  const session: ClientSession = {
    get isSignedIn() {
      return current !== null;
    },
    get id() {
      return current?.sessionId ?? null;
    },
    async ready() {
      await loaded;
      return current !== null;
    },
    subscribe: changes.subscribe,
  };

  return {
    session,
    current: () => current,
    /** The tokens: those of this moment, or the first ones as soon as the store is read. */
    async read(): Promise<Tokens | null> {
      if (!isLoaded && !current) await loaded;
      return current;
    },
    set,
    adopt,
    renew,
  };
}

/** What one account asked for is not sent again as another. */
async function successorOf(expired: Tokens, kept: Tokens | null): Promise<Tokens> {
  if (kept?.sessionId === expired.sessionId) return kept;
  const message = kept ? 'Somebody else has signed in.' : 'The session has ended.';
  throw new RookeryError(401, 'session_changed', message);
}

function isOver(error: unknown): boolean {
  return error instanceof RookeryError && error.status === 401;
}

async function inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const late = new RookeryError(0, 'network', 'Refreshing the session took too long.');
  const timer = setTimeout(() => timeout.abort(late), refreshMs);
  try {
    return await work(timeout.signal);
  } finally {
    clearTimeout(timer);
  }
}
