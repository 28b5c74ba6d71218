import { type Limit, takeFrom } from '../limits.ts';
import type { Counters } from '../ports.ts';

/** Wrong ones within the window, before further ones have to wait for its end. */
type Limits = { nameFromAddress: number; address: number; name: number; windowMs: number };

const minuteMs = 60 * 1000;

/** What is guessed, each counted apart. */
const limitsOf = {
  login: { nameFromAddress: 10, address: 100, name: 50, windowMs: 15 * minuteMs },
  // Of six digits three are right at any time: at this pace strangers find one in a year with a chance of one in four.
  'second-factor': { nameFromAddress: 10, address: 50, name: 10, windowMs: 60 * minuteMs },
} satisfies Record<string, Limits>;

export type LoginThrottle = {
  /**
   * Counts an attempt before its password is looked at, so that parallel guesses cannot slip through.
   * @throws DomainError `rate_limited` with the seconds to wait
   */
  begin(attempt: Attempt): Promise<void>;
  /** Takes an attempt back whose password was right. */
  forgive(attempt: Attempt): Promise<void>;
};

type Attempt = {
  nameKey: string;
  address: string;
  /** Whether the owner has signed in from this address before: strangers' guesses must not lock the owner out. */
  isKnownAddress: boolean;
};

/** Slows guessing per name and per address. Unknown names count like known ones. */
export function loginThrottle(
  counters: Counters,
  guessed: keyof typeof limitsOf = 'login',
): LoginThrottle {
  const { windowMs, ...limits } = limitsOf[guessed];

  function countsOf(attempt: Attempt): Limit[] {
    const counts = [
      { key: pairKey(attempt), max: limits.nameFromAddress, windowMs },
      { key: `${guessed}:address:${attempt.address}`, max: limits.address, windowMs },
    ];
    if (!attempt.isKnownAddress) {
      counts.push({ key: `${guessed}:name:${attempt.nameKey}`, max: limits.name, windowMs });
    }
    return counts;
  }

  function pairKey({ nameKey, address }: Attempt): string {
    return `${guessed}:pair:${nameKey}:${address}`;
  }

  return {
    begin: (attempt) => takeFrom(counters, countsOf(attempt)),
    async forgive(attempt) {
      for (const { key } of countsOf(attempt)) await counters.add(key, -1, windowMs);
      await counters.clear(pairKey(attempt));
    },
  };
}
