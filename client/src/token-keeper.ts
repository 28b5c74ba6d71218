import type { Tokens } from './generated.ts';
import { RookeryError } from './rookery-error.ts';

type Needs = {
  tokens: Tokens | null;
  onTokens: (tokens: Tokens | null) => void | Promise<void>;
  /** Exchanges a refresh token for the next pair. */
  refresh: (refreshToken: string) => Promise<Tokens>;
};

/** Keeps one pair of tokens. However many calls find it expired, it is exchanged once. */
export function tokenKeeper({ tokens, onTokens, refresh }: Needs) {
  let current = tokens;
  let renewal: { of: string; next: Promise<Tokens> } | null = null;

  /** Uses these tokens, and tells so. */
  async function set(next: Tokens | null): Promise<void> {
    current = next;
    await onTokens(next);
  }

  /** Uses tokens that the caller supplies. */
  function adopt(next: Tokens | null): void {
    current = next;
  }

  function isCurrent({ refreshToken }: Tokens): boolean {
    return current?.refreshToken === refreshToken;
  }

  /**
   * The pair that follows the one whose access token has expired.
   * @throws RookeryError of the refresh; when it says that the session is over, the tokens are forgotten
   */
  function renew(expired: Tokens): Promise<Tokens> {
    if (current && !isCurrent(expired)) return Promise.resolve(current);
    if (renewal?.of !== expired.refreshToken) {
      const next = exchange(expired).finally(() => {
        if (renewal?.next === next) renewal = null;
      });
      renewal = { of: expired.refreshToken, next };
    }
    return renewal.next;
  }

  async function exchange(expired: Tokens): Promise<Tokens> {
    try {
      const next = await refresh(expired.refreshToken);
      // Whoever logged out or in meanwhile has the last word.
      if (isCurrent(expired)) await set(next);
      return next;
    } catch (error) {
      const isOver = error instanceof RookeryError && error.status === 401;
      if (isOver && isCurrent(expired)) await set(null);
      throw error;
    }
  }

  return { current: () => current, set, adopt, renew };
}
